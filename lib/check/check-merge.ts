import type { MergeRows } from "../model/checkpoint/adapter/tensor-change.js";

/**
 * What merging an adapter must make of rows of its base, value by value: another way through the same sums than the converter's, in
 * the same order, so that both round to the same float32.
 */
export const expectedRows: MergeRows = (values, firstRow, change) => {
  const { columns } = change;
  if (change.kind === "rows") {
    for (const [row, place] of change.places) {
      const start = (row - firstRow) * columns;
      if (start < 0 || start >= values.length) continue;
      for (let column = 0; column < columns; column++) {
        values[start + column] = change.values[place * columns + column] ?? NaN;
      }
    }
    return;
  }
  const { left, right, rank, scale, magnitude } = change;
  for (let start = 0; start < values.length; start += columns) {
    const row = firstRow + start / columns;
    const merged = Array.from({ length: columns }, (_, column) => {
      let product = 0;
      for (let k = 0; k < rank; k++) {
        product += (left[row * rank + k] ?? NaN) * (right[k * columns + column] ?? NaN);
      }
      return (values[start + column] ?? NaN) + scale * product;
    });
    const norm = Math.sqrt(merged.reduce((sum, value) => sum + value * value, 0));
    const factor = magnitude === undefined ? 1 : (magnitude[row] ?? NaN) / norm;
    for (let column = 0; column < columns; column++)
      values[start + column] = factor * (merged[column] ?? NaN);
  }
};
