/** Places values on an axis from 0 to 100 %. */
export interface Scale {
  min: number;
  max: number;
  /** Percent from the left; 0 … 100 within the domain. */
  position(value: number): number;
}

/** Room left and right of the outermost values, as a share of the span. */
const MARGIN = 0.04;

/** An axis that holds every value, and zero, since a bar without its zero lies. */
export function scaleOf(values: readonly number[]): Scale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  const min = low < 0 ? low - span * MARGIN : 0;
  const max = high > 0 || low === 0 ? high + span * MARGIN : 0;
  return between(min, max);
}

/** An axis for dots: it shows where the values lie to each other, and needs no zero. */
export function spreadOf(values: readonly number[]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (!(high > low)) return between(low - 1, high + 1);
  return between(low - (high - low) * MARGIN, high + (high - low) * MARGIN);
}

function between(min: number, max: number): Scale {
  return { min, max, position: (value) => ((value - min) / (max - min)) * 100 };
}

/** Round values for an axis's labels, about `wanted` of them. */
export function ticksOf({ min, max }: Pick<Scale, "min" | "max">, wanted = 6): number[] {
  const rough = (max - min) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power;
  const first = Math.ceil(min / step);
  const ticks: number[] = [];
  for (let index = first; index * step <= max; index++) ticks.push(index * step);
  return ticks;
}
