import { expectedValues } from "./check-transform.js";
import type { PlannedTensor } from "../model/architecture/backbone-plan.js";
import { convertFloats, FLOAT_BYTES, toFloat32, type FloatDtype } from "../formats/floats/float-convert.js";
import { isPlainFloat, type GgmlTypeName } from "../formats/gguf/gguf-types.js";
import { COPY } from "../model/architecture/decoder-tensors.js";
import type { FaultKind } from "./tensor-fault.js";

/** What is known of the first stretch of a tensor that is wrong. */
export interface WrongStretch {
  tensor: PlannedTensor;
  source: Uint8Array;
  from: FloatDtype;
  expected: Float32Array;
  actual: Float32Array;
  /** Type of the written tensor. */
  type: GgmlTypeName;
}

/** The likeliest mistake behind wrong values, in words that name it. */
export function diagnose(stretch: WrongStretch): { kind: FaultKind; cause: string } {
  const { tensor, source, from, expected, actual, type } = stretch;
  if (actual.every((value) => value === 0)) return { kind: "zeroed", cause: "all its values are zero" };
  const { kind } = tensor.transform;
  if (kind !== "copy") {
    const plain = expectedValues({ ...tensor, transform: COPY }, source, from);
    if (meanDifference(plain, actual) < 0.2 * meanDifference(expected, actual)) {
      return { kind: "untransformed", cause: `the transformation ${kind} was not applied` };
    }
  }
  if (isPlainFloat(type) && haveSameValues(expected, actual, type)) {
    return { kind: "permuted", cause: "it has the right values in another order" };
  }
  return { kind: "differs", cause: "its values differ" };
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

/** Whether the values are exactly those expected, rounded to the type, in any order. */
function haveSameValues(expected: Float32Array, actual: Float32Array, type: FloatDtype): boolean {
  const rounded = new Uint8Array(expected.length * FLOAT_BYTES[type]);
  convertFloats(new Uint8Array(expected.buffer), "F32", rounded, type);
  const wanted = toFloat32(rounded, type).sort();
  return actual.toSorted().every((value, index) => value === wanted[index]);
}
