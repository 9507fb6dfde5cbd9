import {
  convertFloats,
  FLOAT_BYTES,
  toFloat32,
  type FloatDtype,
} from "../../formats/floats/float-convert.js";
import { rowLength, type CopiedTensor, type Transform } from "../../model/architecture/transform.js";

/**
 * Makes a stretch of a GGUF tensor from the same stretch of its source: whole granules, from a granule's start.
 * @param source little-endian values of type `from`, aligned
 * @param target receives as many values of type `to`
 */
export function applyTransform(
  { shape, transform }: CopiedTensor,
  source: Uint8Array,
  from: FloatDtype,
  target: Uint8Array,
  to: FloatDtype,
): void {
  switch (transform.kind) {
    case "copy":
      convertFloats(source, from, target, to);
      return;
    case "interleave-halves":
      moveRows(source, from, target, to, rowLength(shape), (row) => interleaved(row, transform.headDim));
      return;
    case "ungroup-heads":
      moveRows(source, from, target, to, rowLength(shape), (row) => ungrouped(row, transform));
      return;
    case "add-one":
      convertValues(source, from, target, to, (value) => 1 + value);
      return;
    case "scale":
      convertValues(source, from, target, to, (value) => value * transform.factor);
  }
}

/** Row i of a head's first half goes to row 2i, row i of the second half to row 2i + 1. */
function interleaved(row: number, headDim: number): number {
  const half = headDim / 2;
  const inHead = row % headDim;
  return row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1);
}

/** Head j of a group is a query, or the group's key or value. */
function ungrouped(
  row: number,
  { groups, queries, headDim, interleaves }: Extract<Transform, { kind: "ungroup-heads" }>,
): number {
  const head = Math.floor(row / headDim);
  const inGroup = head % (queries + 2);
  const group = (head - inGroup) / (queries + 2);
  const isValue = inGroup === queries + 1;
  const target =
    inGroup < queries ? group * queries + inGroup : groups * (isValue ? queries + 1 : queries) + group;
  const moved = target * headDim + (row % headDim);
  return interleaves && !isValue ? interleaved(moved, headDim) : moved;
}

function moveRows(
  source: Uint8Array,
  from: FloatDtype,
  target: Uint8Array,
  to: FloatDtype,
  columns: number,
  destinationOf: (row: number) => number,
): void {
  const sourceRow = columns * FLOAT_BYTES[from];
  const targetRow = columns * FLOAT_BYTES[to];
  const rows = source.length / sourceRow;
  for (let row = 0; row < rows; row++) {
    const destination = destinationOf(row);
    const values = source.subarray(row * sourceRow, (row + 1) * sourceRow);
    const place = target.subarray(destination * targetRow, (destination + 1) * targetRow);
    convertFloats(values, from, place, to);
  }
}

function convertValues(
  source: Uint8Array,
  from: FloatDtype,
  target: Uint8Array,
  to: FloatDtype,
  change: (value: number) => number,
): void {
  const values = toFloat32(source, from).map(change);
  convertFloats(new Uint8Array(values.buffer), "F32", target, to);
}
