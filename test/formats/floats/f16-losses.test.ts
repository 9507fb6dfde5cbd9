import { expect, it } from "vitest";
import { countF16Losses, type F16Losses } from "../../../lib/formats/floats/f16-losses.js";

function losses(values: Uint16Array | Uint32Array, type: "BF16" | "F32"): F16Losses {
  const counted = { overflow: 0, underflow: 0, inexact: 0 };
  countF16Losses(new Uint8Array(values.buffer), type, counted);
  return counted;
}

// The counts of numpy 2.4.6's astype(float16), over the same bits.
it("counts every bf16 number that f16 does not hold", () => {
  const finite = Uint16Array.from(Array(65536).keys()).filter((bits) => (bits & 0x7f80) !== 0x7f80);
  expect(losses(finite, "BF16")).toEqual({ overflow: 28672, underflow: 26112, inexact: 1792 });
});

it("counts float32 numbers that f16 does not hold", () => {
  const STEP = 65537;
  const spread = Uint32Array.from({ length: Math.ceil(2 ** 32 / STEP) }, (_, index) => index * STEP);
  const finite = spread.filter((bits) => (bits & 0x7f800000) !== 0x7f800000);
  expect(losses(finite, "F32")).toEqual({ overflow: 28672, underflow: 26111, inexact: 10494 });
});

it("counts nothing of numbers that survive: zeros, the largest, the smallest", () => {
  const values = new Float32Array([0, -0, 1, -65504, 2 ** -14, 2 ** -24, 3 * 2 ** -24]);
  expect(losses(new Uint32Array(values.buffer), "F32")).toEqual({ overflow: 0, underflow: 0, inexact: 0 });
});

it.each([
  ["BF16", 2, 0x7f80],
  ["BF16", 2, 0xff80],
  ["BF16", 2, 0x7fc1],
  ["F32", 4, 0x7f800000],
  ["F32", 4, 0xff800001],
] as const)("finds what is no number in %s (%i bytes), wherever it lies", (type, size, bits) => {
  for (const count of [1, 2, 3, 8, 9, 17]) {
    for (let place = 0; place < count; place++) {
      const values =
        size === 2 ? new Uint16Array(count).fill(0x3f80) : new Uint32Array(count).fill(0x3f800000);
      const bytes = new Uint8Array(values.buffer);
      const counted = { overflow: 0, underflow: 0, inexact: 0 };
      expect(countF16Losses(bytes, type, counted)).toBe(-1);
      values[place] = bits;
      expect(countF16Losses(bytes, type, counted)).toBe(place);
      expect(counted).toEqual({ overflow: 0, underflow: 0, inexact: 0 });
    }
  }
});
