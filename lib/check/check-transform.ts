import { FLOAT_BYTES, toFloat32, type FloatDtype } from "../formats/floats/float-convert.js";
import type { CopiedTensor, Transform } from "../model/architecture/transform.js";

/**
 * Largest error of rounding to nearest, relative to the value, and absolute for subnormal values.
 * Source: IEEE 754-2008, half a unit in the last place: 10 and 7 fraction bits.
 */
const ROUNDING: Readonly<Record<FloatDtype, { relative: number; absolute: number }>> = {
  F32: { relative: 0, absolute: 0 },
  F16: { relative: 2 ** -11, absolute: 2 ** -25 },
  BF16: { relative: 2 ** -8, absolute: 2 ** -134 },
};

/**
 * Compares a stretch of a written tensor with its source: from the written value back to where it must come from, the opposite
 * way of `applyTransform`, and without its code.
 * @param source whole granules of the source tensor
 * @param written the same stretch of the written tensor
 * @returns index within the stretch of the first wrong value, or −1
 */
export function findWrongValue(
  tensor: CopiedTensor,
  source: Uint8Array,
  from: FloatDtype,
  written: Uint8Array,
  to: FloatDtype,
): number {
  const { kind } = tensor.transform;
  if (from === to && kind === "copy" && Buffer.compare(source, written) === 0) return -1;
  if (from === to && rowsMatch(tensor, source, written, FLOAT_BYTES[to])) return -1;
  const expected = expectedValues(tensor, source, from);
  const actual = toFloat32(written, to);
  const isExact = from === to || to === "F32";
  const { relative, absolute } = ROUNDING[to];
  // By index: a callback for each of billions of values takes as long as everything else together.
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] ?? NaN;
    const error = Math.abs(value - (actual[index] ?? NaN));
    if (!(error <= (isExact ? 0 : Math.max(Math.abs(value) * relative, absolute)))) return index;
  }
  return -1;
}

/** The values a stretch of the written tensor must have, before rounding to its type. */
export function expectedValues(tensor: CopiedTensor, source: Uint8Array, from: FloatDtype): Float32Array {
  const values = toFloat32(source, from);
  const { transform } = tensor;
  switch (transform.kind) {
    case "copy":
      return values;
    case "add-one":
      return values.map((value) => 1 + value);
    case "scale":
      return values.map((value) => value * transform.factor);
    case "interleave-halves":
    case "ungroup-heads": {
      const columns = columnsOf(tensor);
      const originOf = originOfRows(transform);
      const expected = new Float32Array(values.length);
      for (let row = 0; row * columns < values.length; row++) {
        const origin = originOf(row) * columns;
        expected.set(values.subarray(origin, origin + columns), row * columns);
      }
      return expected;
    }
  }
}

/** Whether the rows of heads lie where they must, byte for byte. */
function rowsMatch(
  tensor: CopiedTensor,
  source: Uint8Array,
  written: Uint8Array,
  valueBytes: number,
): boolean {
  const { transform } = tensor;
  if (transform.kind !== "interleave-halves" && transform.kind !== "ungroup-heads") return false;
  const originOf = originOfRows(transform);
  const rowBytes = columnsOf(tensor) * valueBytes;
  for (let row = 0; row * rowBytes < written.length; row++) {
    const origin = originOf(row) * rowBytes;
    const expected = source.subarray(origin, origin + rowBytes);
    if (Buffer.compare(expected, written.subarray(row * rowBytes, (row + 1) * rowBytes)) !== 0) return false;
  }
  return true;
}

type RowTransform = Extract<Transform, { kind: "interleave-halves" | "ungroup-heads" }>;

/** Which row of the source a written row must be. */
function originOfRows(transform: RowTransform): (row: number) => number {
  if (transform.kind === "interleave-halves") return (row) => originOfRow(row, transform.headDim);
  const { groups, queries, headDim, interleaves } = transform;
  const queryRows = groups * queries * headDim;
  const keyRows = groups * headDim;
  return (row) => {
    const isQuery = row < queryRows;
    const isKey = !isQuery && row < queryRows + keyRows;
    const before = isQuery ? row : (row - queryRows) % keyRows;
    const inHalves = interleaves && (isQuery || isKey) ? originOfRow(before, headDim) : before;
    const head = Math.floor(inHalves / headDim);
    const group = isQuery ? Math.floor(head / queries) : head;
    const place = isQuery ? head % queries : queries + (isKey ? 0 : 1);
    return (group * (queries + 2) + place) * headDim + (inHalves % headDim);
  };
}

/** A written row 2i is row i of its head's source, row 2i + 1 row i of the head's second half. */
function originOfRow(row: number, headDim: number): number {
  const inHead = row % headDim;
  return row - inHead + Math.floor(inHead / 2) + (inHead % 2) * (headDim / 2);
}

function columnsOf({ shape }: CopiedTensor): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}
