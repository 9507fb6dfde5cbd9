import { demand } from "./unreadable.js";

/**
 * Decodes runs of the hybrid of run lengths and bit-packed groups, which levels and dictionary indices are written in. Every
 * run has to lie within the bytes and within the number of values. Source: Encodings.md of apache/parquet-format 2.12, RLE.
 * @param width bits of a value, at most 24
 * @param values is filled
 * @throws ParquetProblem
 */
export function decodeHybrid(bytes: Uint8Array, width: number, values: Uint8Array | Int32Array): void {
  const valueBytes = (width + 7) >> 3;
  let at = 0;
  for (let filled = 0; filled < values.length;) {
    let head = 0;
    let shift = 0;
    for (let byte = 0x80; byte >= 0x80; shift += 7) {
      demand(at < bytes.length && shift < 35, "a run of values ends before its header does");
      byte = bytes[at++] ?? 0;
      head += (byte & 0x7f) * 2 ** shift;
    }
    if (head % 2 === 0) {
      const count = head / 2;
      demand(count <= values.length - filled, `a run of ${count} values is longer than its page`);
      demand(at + valueBytes <= bytes.length, "a run of values ends before its value does");
      let value = 0;
      for (let byte = 0; byte < valueBytes; byte++) value |= (bytes[at++] ?? 0) << (8 * byte);
      values.fill(value, filled, filled + count);
      // A run of nothing would otherwise be read for ever in files that never end.
      filled += count;
    } else {
      const groups = (head - 1) / 2;
      const count = Math.min(groups * 8, values.length - filled);
      demand(groups > 0, "a run of values is empty");
      // The last group may be cut where its values end.
      demand(
        at + Math.ceil((count * width) / 8) <= bytes.length,
        "a run of values ends before its values do",
      );
      unpackBits(bytes, at, width, values, filled, count);
      filled += count;
      at += groups * width;
    }
  }
}

function unpackBits(
  bytes: Uint8Array,
  from: number,
  width: number,
  values: Uint8Array | Int32Array,
  start: number,
  count: number,
): void {
  const mask = 2 ** width - 1;
  let at = from;
  let bits = 0;
  let held = 0;
  for (let index = start; index < start + count; index++) {
    // At most 7 bits are left over and 24 come: within 31.
    while (held < width) {
      bits |= (bytes[at++] ?? 0) << held;
      held += 8;
    }
    values[index] = bits & mask;
    bits >>>= width;
    held -= width;
  }
}
