import { expect, it } from "vitest";
import { applyTransform } from "../../../lib/convert/stream/apply-transform.js";
import { findWrongValue } from "../../../lib/check/check-transform.js";
import type { CopiedTensor, Transform } from "../../../lib/model/architecture/transform.js";
import { convertFloats, toFloat32, type FloatDtype } from "../../../lib/formats/floats/float-convert.js";

const tensor = (shape: number[], transform: Transform): CopiedTensor => ({
  name: "t",
  source: "s",
  shape,
  transform,
});

function apply(rule: CopiedTensor, values: number[], from: FloatDtype, to: FloatDtype): number[] {
  const source = encode(values, from);
  const target = new Uint8Array(values.length * (to === "F32" ? 4 : 2));
  applyTransform(rule, source, from, target, to);
  expect(findWrongValue(rule, source, from, target, to)).toBe(-1);
  return [...toFloat32(target, to)];
}

function encode(values: number[], to: FloatDtype): Uint8Array {
  const target = new Uint8Array(values.length * (to === "F32" ? 4 : 2));
  convertFloats(new Uint8Array(Float32Array.from(values).buffer), "F32", target, to);
  return target;
}

const TYPES: FloatDtype[] = ["F32", "F16", "BF16"];
const CONVERSIONS = TYPES.flatMap((from) => TYPES.map((to) => [from, to] as const));

it.each(CONVERSIONS)("rows of heads are interleaved as numpy does it, %s to %s", (from, to) => {
  // numpy: arange(24).reshape(2, 2, 3, 2).swapaxes(1, 2).ravel(), for 2 heads of size 6 with 2 columns
  const expected = [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 12, 13, 18, 19, 14, 15, 20, 21, 16, 17, 22, 23];
  const values = Array.from({ length: 24 }, (_, index) => index);
  expect(apply(tensor([12, 2], { kind: "interleave-halves", headDim: 6 }), values, from, to)).toEqual(
    expected,
  );
});

it("biases are interleaved too", () => {
  const rule = tensor([4], { kind: "interleave-halves", headDim: 4 });
  expect(apply(rule, [0, 1, 2, 3], "F16", "F32")).toEqual([0, 2, 1, 3]);
});

it("norms get their one in float32, queries their factor", () => {
  const small = 2 ** -9;
  expect(apply(tensor([2], { kind: "add-one" }), [small, -0.5], "BF16", "F32")).toEqual([1 + small, 0.5]);
  expect(apply(tensor([1, 2], { kind: "scale", factor: 1.5 }), [2, -4], "F16", "F32")).toEqual([3, -6]);
});

it("the check finds what the writer might do wrong", () => {
  const heads = tensor([8, 2], { kind: "interleave-halves", headDim: 4 });
  const source = encode(
    Array.from({ length: 16 }, (_, index) => index + 1),
    "BF16",
  );
  expect(findWrongValue(heads, source, "BF16", source, "BF16")).toBe(2);
  const copy = tensor([8, 2], { kind: "copy" });
  const zeroed = new Uint8Array(source.length);
  expect(findWrongValue(copy, source, "BF16", zeroed, "BF16")).toBe(0);
  expect(
    findWrongValue(
      copy,
      source,
      "BF16",
      encode([1, 2, 3, 4.0625, ...Array.from({ length: 12 }, (_, i) => i + 5)], "F16"),
      "F16",
    ),
  ).toBe(3);
  expect(
    findWrongValue(
      tensor([16], { kind: "add-one" }),
      source,
      "BF16",
      encode([...toFloat32(source, "BF16")], "F32"),
      "F32",
    ),
  ).toBe(0);
});
