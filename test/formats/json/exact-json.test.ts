import { describe, expect, it } from "vitest";
import {
  exactValue,
  parseExactJson,
  rememberText,
  toExactJson,
} from "../../../lib/formats/json/exact-json.js";

const read = (text: string): unknown => exactValue(rememberText(JSON.parse(text) as object, text));

describe("exactValue", () => {
  it("gives the values of JSON.parse where they say it all", () => {
    const text = '{"a":1.5,"b":[-0.25,{"c":"\\u00e9\\n\\"\\\\"}],"d":{},"e":[],"f":[true,false,null,12]}';
    expect(read(text)).toEqual(JSON.parse(text));
    expect(parseExactJson(' [ 1.5 , "x" , "\\\\" , "", "\\ud83d\\ude00" ] ')).toEqual([
      1.5,
      "x",
      "\\",
      "",
      "😀",
    ]);
  });

  it("tells floats from integers, and keeps all digits of integers", () => {
    const value = read('{"a":7.0,"b":7,"c":9007199254740993,"d":[1e2,0.5],"e":-0.0}') as { e: object };
    const float = (number: number): unknown => Object(number);
    expect(value).toEqual({ a: float(7), b: 7, c: 9007199254740993n, d: [float(100), 0.5], e: float(-0) });
    expect(Object.is(value.e.valueOf(), -0)).toBe(true);
    expect(read('{"a":1.0,"a":2}')).toEqual({ a: 2 });
  });

  it("keeps the order of keys that look like indices", () => {
    const value = read('{"x":{"b":0,"2":0,"1":0,"b":1}}') as { x: ReadonlyMap<string, unknown> };
    expect([...value.x]).toEqual([
      ["b", 1],
      ["2", 0],
      ["1", 0],
    ]);
  });

  it("keeps a key __proto__ a key", () => {
    const value = read('{"__proto__":{"x":1.0}}') as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(value).not.toHaveProperty("x");
  });

  it("knows the elements of a list, and leaves alone what it was not told of", () => {
    const text = '[{"a":1.0},2,{"a":2}]';
    const list = rememberText(JSON.parse(text) as object[], text);
    expect(list.map((element) => (typeof element === "object" ? exactValue(element) : element))).toEqual([
      { a: Object(1) as unknown },
      2,
      { a: 2 },
    ]);
    const other = { a: 1 };
    expect(exactValue(other)).toBe(other);
  });

  it("reads the numbers that Python writes and JSON has not", () => {
    const text = '{"a":NaN,"b":[Infinity,-Infinity]}';
    expect(parseExactJson(text)).toEqual({ a: Number.NaN, b: [Infinity, -Infinity] });
  });

  it("is written as it was read", () => {
    for (const text of [
      '{"b":7.0,"2":[1e+22,-0.0,0.5,12345678901234567890],"1":null,"__proto__":"é\\n"}',
      "[]",
      '"x"',
      "true",
    ])
      expect(toExactJson(parseExactJson(text))).toBe(text);
    expect(toExactJson({ a: undefined, b: [undefined], c: new Date(0) })).toBe(
      '{"b":[null],"c":"1970-01-01T00:00:00.000Z"}',
    );
  });

  it("refuses what is not JSON, and what is nested without end", () => {
    const broken = [
      "[1.0,]",
      '{"a":1.0,}',
      "[1.0",
      '{"a" 1.0}',
      "[1.0] x",
      "[01.0]",
      "[1.]",
      "[.5, 1.0]",
      '["a\nb",1.0]',
      "{a:1.0}",
      '"1.0',
      "[1.0,'a']",
      '{"a":1.0 "b":2}',
      "[NaN,nan]",
      "[+1.0]",
      "[1.0,,2]",
      "",
    ];
    for (const text of broken) expect(() => parseExactJson(text), text).toThrow(SyntaxError);
    expect(() => parseExactJson("[".repeat(100_000) + "1.0" + "]".repeat(100_000))).toThrow(/deeper/);
  });
});
