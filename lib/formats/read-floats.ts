import path from "node:path";
import { convertFloats, FLOAT_BYTES, isFloatDtype } from "./floats/float-convert.js";
import type { InvalidFile, StoredTensor } from "./safetensors/safetensors-header.js";
import type { WeightFile } from "./weight-file.js";

/** Values converted at once: about a millisecond. */
const VALUES_PER_SLICE = 1 << 19;

/**
 * A tensor as float32. Converts slice by slice: beside the result only one slice is in memory, and none holds the event loop for
 * long.
 * @throws what `invalid` makes for a tensor of whole numbers
 */
export async function readFloats(
  file: WeightFile,
  tensor: StoredTensor,
  invalid: InvalidFile,
): Promise<Float32Array> {
  const { name, dtype, sizeBytes } = tensor;
  if (!isFloatDtype(dtype) && dtype !== "F64") {
    throw invalid(
      `${path.basename(file.path)}: tensor ${name} is ${dtype}, expected floating-point numbers.`,
      { file: file.path, tensor: name, dtype },
    );
  }
  const valueBytes = dtype === "F64" ? Float64Array.BYTES_PER_ELEMENT : FLOAT_BYTES[dtype];
  const values = new Float32Array(sizeBytes / valueBytes);
  const slice = new Uint8Array(Math.min(sizeBytes, VALUES_PER_SLICE * valueBytes));
  for (let start = 0; start < values.length; start += VALUES_PER_SLICE) {
    const target = values.subarray(start, start + VALUES_PER_SLICE);
    const bytes = slice.subarray(0, target.length * valueBytes);
    await file.readValues(tensor, start * valueBytes, bytes);
    if (dtype === "F64") target.set(new Float64Array(bytes.buffer, 0, target.length));
    else
      convertFloats(bytes, dtype, new Uint8Array(target.buffer, target.byteOffset, target.byteLength), "F32");
  }
  return values;
}
