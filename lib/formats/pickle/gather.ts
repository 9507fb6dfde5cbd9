import { boxesBetween, runsOf, type Axis } from "./boxes.js";

/** Reads bytes of a file. */
export type ReadBytes = (offset: number, target: Uint8Array) => Promise<unknown>;

/** Values of a tensor that do not lie row by row without gaps: transposed, or a part of a larger one. */
export interface StridedValues {
  /** Byte of the first value. */
  offset: number;
  valueBytes: number;
  shape: readonly number[];
  /** Values from one index to the next, by axis. */
  strides: readonly number[];
}

/** Bytes in memory at once, beside the target. */
const WINDOW_BYTES = 1 << 23;
/** Gaps up to this length are read along: that is quicker than another call. */
const GAP_BYTES = 1 << 16;
/** An axis of a single value. */
const POINT: Axis = { count: 1, from: 1, to: 1 };

/**
 * Fills `target` with values in the order of their indices. Memory is bounded, however they lie; where gaps are small, every
 * byte between the first value and the last is read once.
 * @param start index of the first value, counted row by row
 */
export async function gather(
  values: StridedValues,
  start: number,
  target: Uint8Array,
  read: ReadBytes,
): Promise<void> {
  const { valueBytes, offset } = values;
  const windowValues = Math.min(WINDOW_BYTES / valueBytes, spanOf(values));
  const window = new Uint8Array(windowValues * valueBytes);
  const copy = copier(window, target, valueBytes);
  for (const box of boxesBetween(values, start, start + target.length / valueBytes)) {
    // In the order of the file.
    const axes = box.axes.filter(({ count }) => count > 1).sort((a, b) => b.from - a.from);
    const inner = axes.at(-1) ?? POINT;
    const end = box.from + axes.reduce((sum, { count, from }) => sum + (count - 1) * from, 1);
    const readsAlong = largestGap(axes) * valueBytes <= GAP_BYTES;
    // Values that lie far apart are read one by one.
    const isNear = inner.from * valueBytes <= GAP_BYTES;
    const longest = inner.from === 0 ? inner.count : isNear ? fitting(windowValues, inner.from) : 1;
    let loaded = { from: 0, end: 0 };
    for (const run of runsOf({ ...box, axes }, longest)) {
      const runEnd = run.from + (run.count - 1) * inner.from + 1;
      if (run.from < loaded.from || runEnd > loaded.end) {
        loaded = { from: run.from, end: readsAlong ? Math.min(end, run.from + windowValues) : runEnd };
        const bytes = window.subarray(0, (loaded.end - loaded.from) * valueBytes);
        await read(offset + loaded.from * valueBytes, bytes);
      }
      copy(run.from - loaded.from, inner.from, run.to, inner.to, run.count);
    }
  }
}

/** Values from a tensor's first to its last in the file. */
function spanOf({ shape, strides }: StridedValues): number {
  return shape.reduce((sum, count, axis) => sum + (count - 1) * (strides[axis] ?? 0), 1);
}

/** Values that lie between neighbours of an axis and belong to none of its inner axes: the most of any axis. */
function largestGap(axes: readonly Axis[]): number {
  let length = 1;
  let gap = 0;
  for (const { count, from } of axes.toReversed()) {
    gap = Math.max(gap, from - length);
    length += (count - 1) * from;
  }
  return gap;
}

/** How many values with a step between them fit into so many. */
function fitting(values: number, step: number): number {
  return Math.floor((values - 1) / step) + 1;
}

type Copy = (from: number, fromStep: number, to: number, toStep: number, count: number) => void;

/** Copies single values, as whole numbers of their size: as floats, some NaNs would come out as others. */
function copier(source: Uint8Array, target: Uint8Array, valueBytes: number): Copy {
  const isAligned = target.byteOffset % valueBytes === 0;
  if (valueBytes === 1) return copyOf(source, target);
  if (valueBytes === 2 && isAligned)
    return copyOf(asWords(source, Uint16Array), asWords(target, Uint16Array));
  if (valueBytes === 4 && isAligned)
    return copyOf(asWords(source, Uint32Array), asWords(target, Uint32Array));
  const copyByte = copyOf(source, target);
  return (from, fromStep, to, toStep, count) => {
    for (let byte = 0; byte < valueBytes; byte++) {
      copyByte(
        from * valueBytes + byte,
        fromStep * valueBytes,
        to * valueBytes + byte,
        toStep * valueBytes,
        count,
      );
    }
  };
}

type Words = Uint8Array | Uint16Array | Uint32Array;

function asWords<T extends Words>(
  { buffer, byteOffset, byteLength }: Uint8Array,
  Kind: (new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T) & {
    BYTES_PER_ELEMENT: number;
  },
): T {
  return new Kind(buffer, byteOffset, byteLength / Kind.BYTES_PER_ELEMENT);
}

function copyOf(source: Words, target: Words): Copy {
  return (from, fromStep, to, toStep, count) => {
    if (fromStep === 1 && toStep === 1) {
      target.set(source.subarray(from, from + count), to);
      return;
    }
    for (let index = 0; index < count; index++) {
      target[to + index * toStep] = source[from + index * fromStep] ?? 0;
    }
  };
}
