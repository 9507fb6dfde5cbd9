import type { MergeRows } from "../../model/checkpoint/adapter/tensor-change.js";

/**
 * Merges an adapter into rows of its base. Sums are taken in float64 and in a fixed order, and rounded to float32 once, so that
 * every machine makes the same bytes.
 */
export const mergeRows: MergeRows = (values, firstRow, change) => {
  const { columns } = change;
  const rows = values.length / columns;
  if (change.kind === "rows") {
    for (let row = 0; row < rows; row++) {
      const place = change.places.get(firstRow + row);
      if (place === undefined) continue;
      values.set(change.values.subarray(place * columns, (place + 1) * columns), row * columns);
    }
    return;
  }
  const { left, right, rank, scale, magnitude } = change;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const weights = left.subarray((firstRow + row) * rank, (firstRow + row + 1) * rank);
    const target = values.subarray(row * columns, (row + 1) * columns);
    addProducts(sums.fill(0), weights, right);
    for (let column = 0; column < columns; column++) {
      sums[column] = (target[column] ?? 0) + scale * (sums[column] ?? 0);
    }
    const length = magnitude?.[firstRow + row];
    if (length !== undefined) stretch(sums, length);
    target.set(sums);
  }
};

/** Adds Σ weights[k] · right[k], the lowest k first; four at a time, because that saves most of the reading and writing. */
function addProducts(sums: Float64Array, weights: Float32Array, right: Float32Array): void {
  const columns = sums.length;
  const inFours = weights.length - (weights.length % 4);
  for (let k = 0; k < inFours; k += 4) {
    const w0 = weights[k] ?? 0;
    const w1 = weights[k + 1] ?? 0;
    const w2 = weights[k + 2] ?? 0;
    const w3 = weights[k + 3] ?? 0;
    const r0 = right.subarray(k * columns, (k + 1) * columns);
    const r1 = right.subarray((k + 1) * columns, (k + 2) * columns);
    const r2 = right.subarray((k + 2) * columns, (k + 3) * columns);
    const r3 = right.subarray((k + 3) * columns, (k + 4) * columns);
    for (let column = 0; column < columns; column++) {
      sums[column] =
        (sums[column] ?? 0) +
        w0 * (r0[column] ?? 0) +
        w1 * (r1[column] ?? 0) +
        w2 * (r2[column] ?? 0) +
        w3 * (r3[column] ?? 0);
    }
  }
  for (let k = inFours; k < weights.length; k++) {
    const weight = weights[k] ?? 0;
    for (let column = 0; column < columns; column++) {
      sums[column] = (sums[column] ?? 0) + weight * (right[k * columns + column] ?? 0);
    }
  }
}

/** Gives a row its trained length (DoRA). */
function stretch(row: Float64Array, length: number): void {
  let squares = 0;
  for (const value of row) squares += value * value;
  const factor = length / Math.sqrt(squares);
  for (let column = 0; column < row.length; column++) row[column] = factor * (row[column] ?? 0);
}
