/** One axis of a box: how many indices, and how far apart they lie in the file and in the target, in values. */
export interface Axis {
  count: number;
  from: number;
  to: number;
}

/** A box of indices of a tensor: places of its first value in the file and in the target, and its axes from the outermost. */
export interface Box {
  from: number;
  to: number;
  axes: readonly Axis[];
}

/** A stretch along one axis. */
export interface Run {
  from: number;
  to: number;
  count: number;
}

/**
 * Boxes that together are the values from `start` to `end`, counted row by row: whole rows in the middle, parts of rows at the
 * ends, axis by axis.
 * @param strides values from one index to the next, by axis
 */
export function boxesBetween(
  { shape, strides }: { shape: readonly number[]; strides: readonly number[] },
  start: number,
  end: number,
): Box[] {
  const found: Box[] = [];
  cut(0, 0, start, end, 0);
  return found;

  /** @param from place of the part whose axes begin at `axis`; `first` and `last` are counted in it */
  function cut(axis: number, from: number, first: number, last: number, to: number): void {
    if (first >= last) return;
    if (axis === shape.length) {
      found.push({ from, to, axes: [] });
      return;
    }
    const rowLength = shape.slice(axis + 1).reduce((product, count) => product * count, 1);
    const row = Math.floor(first / rowLength);
    const rowStart = row * rowLength;
    const place = from + row * (strides[axis] ?? 0);
    const isWhole = first === rowStart && last - first >= rowLength;
    const stop = isWhole
      ? first + Math.floor((last - first) / rowLength) * rowLength
      : Math.min(last, rowStart + rowLength);
    if (isWhole) found.push({ from: place, to, axes: axesFrom(axis, (stop - first) / rowLength) });
    else cut(axis + 1, place, first - rowStart, stop - rowStart, to);
    cut(axis, from, stop, last, to + stop - first);
  }

  function axesFrom(axis: number, rows: number): Axis[] {
    let to = 1;
    const axes: Axis[] = [];
    for (let index = shape.length - 1; index >= axis; index--) {
      const count = index === axis ? rows : (shape[index] ?? 1);
      axes.unshift({ count, from: strides[index] ?? 0, to });
      to *= count;
    }
    return axes;
  }
}

/**
 * The stretches of a box along its innermost axis, in the order of its axes.
 * @param longest values of a stretch
 */
export function* runsOf({ from, to, axes }: Box, longest: number): Generator<Run> {
  const inner = axes.at(-1) ?? { count: 1, from: 1, to: 1 };
  const outer = axes.slice(0, -1);
  const index = outer.map(() => 0);
  for (;;) {
    const fromRow = outer.reduce((sum, axis, at) => sum + axis.from * (index[at] ?? 0), from);
    const toRow = outer.reduce((sum, axis, at) => sum + axis.to * (index[at] ?? 0), to);
    for (let done = 0; done < inner.count; done += longest) {
      yield {
        from: fromRow + done * inner.from,
        to: toRow + done * inner.to,
        count: Math.min(longest, inner.count - done),
      };
    }
    let axis = outer.length - 1;
    while (axis >= 0 && (index[axis] ?? 0) + 1 === outer[axis]?.count) index[axis--] = 0;
    if (axis < 0) return;
    index[axis] = (index[axis] ?? 0) + 1;
  }
}
