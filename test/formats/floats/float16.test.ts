import { expect, it } from "vitest";
import {
  convertFloats,
  findNonFinite,
  toFloat32,
  type FloatDtype,
} from "../../../lib/formats/floats/float-convert.js";

/** Value of a 16-bit pattern by the definition of IEEE 754: sign · 2^exponent · significand. */
function valueOf(bits: number, exponentBits: number): number {
  const fractionBits = 15 - exponentBits;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

const FORMATS: [FloatDtype, number][] = [
  ["F16", 5],
  ["BF16", 8],
];
const allBits = new Uint16Array(65536).map((_, index) => index);

it.each(FORMATS)("every %s value becomes the float32 of the same value", (format, exponentBits) => {
  const values = toFloat32(new Uint8Array(allBits.buffer), format);
  const wrong = values.findIndex((value, bits) => !Object.is(value, valueOf(bits, exponentBits)));
  expect(wrong).toBe(-1);
});

it.each(FORMATS)("float32 rounds to the nearest %s, ties to even", (format, exponentBits) => {
  const finite = [...allBits]
    .filter((bits) => bits < 0x8000 && Number.isFinite(valueOf(bits, exponentBits)))
    .map((bits) => valueOf(bits, exponentBits));
  const inputs: number[] = [];
  const expected: number[] = [];
  for (let bits = 0; bits + 1 < finite.length; bits += 7) {
    const [low = 0, high = 0] = finite.slice(bits, bits + 2);
    const middle = (low + high) / 2;
    const step = high - low;
    inputs.push(low, middle, middle - step / 8, -middle - step / 8);
    // Patterns are in the order of their values, so the even one has the even index.
    expected.push(low, bits % 2 === 0 ? low : high, low, -high);
  }
  const source = Float32Array.from(inputs);
  const target = new Uint16Array(source.length);
  convertFloats(new Uint8Array(source.buffer), "F32", new Uint8Array(target.buffer), format);
  const actual = toFloat32(new Uint8Array(target.buffer), format);
  const representable = inputs.map(
    (value, index) => Math.fround(value) === value && actual[index] !== expected[index],
  );
  expect(representable.indexOf(true)).toBe(-1);
});

it("16-bit formats convert to each other as by way of float32", () => {
  for (const [from, to] of [
    ["BF16", "F16"],
    ["F16", "BF16"],
  ] as const) {
    const direct = new Uint16Array(65536);
    convertFloats(new Uint8Array(allBits.buffer), from, new Uint8Array(direct.buffer), to);
    const viaFloat32 = new Uint16Array(65536);
    const wide = toFloat32(new Uint8Array(allBits.buffer), from);
    convertFloats(new Uint8Array(wide.buffer), "F32", new Uint8Array(viaFloat32.buffer), to);
    expect(direct).toEqual(viaFloat32);
  }
});

it("values beyond f16's range become infinity, and are found", () => {
  const source = Float32Array.of(1, 65504, 65519, 65520, -1e30);
  const target = new Uint16Array(6);
  convertFloats(new Uint8Array(source.buffer), "F32", new Uint8Array(target.buffer, 0, 10), "F16");
  expect([...toFloat32(new Uint8Array(target.buffer, 0, 10), "F16")]).toEqual([
    1,
    65504,
    65504,
    Infinity,
    -Infinity,
  ]);
  expect(findNonFinite(new Uint8Array(target.buffer), "F16")).toBe(3);
});

it.each([
  ["F32", 0x7fc00000, 4],
  ["F32", 0xff800000, 4],
  ["F16", 0x7e00, 2],
  ["F16", 0xfc00, 2],
  ["BF16", 0x7fc0, 2],
  ["BF16", 0xff80, 2],
] as const)("a %s value %i is found wherever it is", (format, bits, size) => {
  for (const index of [0, 1, 2, 6]) {
    const view = new DataView(new ArrayBuffer(7 * size));
    for (let other = 0; other < 7; other++) {
      if (size === 4) view.setFloat32(other * size, 3e38, true);
      else view.setUint16(other * size, format === "F16" ? 0x7bff : 0x7f7f, true);
    }
    const bytes = new Uint8Array(view.buffer);
    expect(findNonFinite(bytes, format)).toBe(-1);
    if (size === 4) view.setUint32(index * size, bits, true);
    else view.setUint16(index * size, bits, true);
    expect(findNonFinite(bytes, format)).toBe(index);
  }
});
