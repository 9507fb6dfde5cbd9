import { expect, it } from "vitest";
import { explainAutoType } from "../../lib/convert/explain-type.js";

it.each([
  ["f16", {}, /^auto chose f16: the checkpoint's own precision, so no weight is rounded\.$/],
  ["bf16", { AVX512_BF16: "1" }, /computes bf16 natively/],
  ["bf16", { AVX2: "1", AVX512_BF16: "0" }, /no bf16 instructions: f16/],
] as const)("says why %s, with CPU features %o", (type, features, text) => {
  expect(explainAutoType(type, features)).toMatch(text);
});

it("says that own kernels compute bf16 in float32", () => {
  expect(explainAutoType("bf16", { AVX512_BF16: "1" }, "AVX-512")).toMatch(/computed in float32/);
});

it("says why f16 stands in for bf16", () => {
  expect(explainAutoType("f16", {}, "", "bf16")).toMatch(
    /holds every weight of this bf16 checkpoint exactly/,
  );
});
