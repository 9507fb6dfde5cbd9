import { expect, it } from "vitest";
import { canonicalJson, orderedJson } from "../../../lib/formats/json/canonical-json.js";

it("is the same for equal values, in any order of keys, and for no others", () => {
  expect(canonicalJson({ b: [1, { d: 1, c: undefined }], a: "x" })).toBe('{"a":"x","b":[1,{"d":1}]}');
  const different: readonly unknown[] = [
    7,
    Object(7),
    Object(8),
    7n,
    "7",
    new Map([["a", 7]]),
    new Map([["a", 8]]),
    { a: 7 },
    [7],
    null,
  ];
  expect(new Set(different.map((value) => canonicalJson({ value }))).size).toBe(different.length);
});

it("tells orders of keys apart where they are printed", () => {
  expect(orderedJson({ a: 1, b: 2 })).not.toBe(orderedJson({ b: 2, a: 1 }));
  expect(orderedJson({ a: Object(1) as unknown, b: 2n })).not.toBe(orderedJson({ a: 1, b: 2 }));
});
