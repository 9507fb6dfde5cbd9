import { expect, it } from "vitest";
import { decodeUtf8, withoutByteOrderMark } from "../../lib/util/utf8.js";

it("a leading U+FEFF stays, and what is no UTF-8 is an error", () => {
  expect(decodeUtf8(Buffer.from("\ufeff\ufeffa"))).toBe("\ufeff\ufeffa");
  expect(() => decodeUtf8(Buffer.from([0x61, 0xff]))).toThrow(TypeError);
});

it("a JSON document loses one mark in front, and no more", () => {
  expect(JSON.parse(withoutByteOrderMark('\ufeff"\ufeffa"'))).toBe("\ufeffa");
  expect(() => JSON.parse(withoutByteOrderMark("\ufeff\ufeff1")) as unknown).toThrow(SyntaxError);
});
