import { describe, expect, it } from "vitest";
import { parseJson, writtenKeys, writtenNumber } from "../../lib/util/parse-json.js";

/** Each has something that makes the parser take notes. */
const TEXTS = [
  '{"a":1.5,"b":[1e3,-0.0,{"c":"\\u00e9\\n\\"\\\\"}],"d":{},"e":[],"f":[true,false,null]}',
  ' [ 1.0 , "x" , "\\\\" , "", "\\ud83d\\ude00" ] ',
  '{"2":1,"1":2,"x":{"10":1,"9":2}}',
  "12345678901234567890",
  '{"a":1.0,"a":2}',
  "-1.25E-2",
];

describe("parseJson", () => {
  it("gives the values of JSON.parse", () => {
    for (const text of TEXTS) expect(parseJson(text), text).toEqual(JSON.parse(text));
  });

  it("remembers floats that are whole, and integers that a double cannot hold", () => {
    const value = parseJson('{"a":7.0,"b":7,"c":9007199254740993,"d":[1e2,0.5],"e":-0.0}') as { d: number[] };
    expect(writtenNumber(value, "a")).toEqual(Object(7));
    expect(writtenNumber(value, "b")).toBeUndefined();
    expect(writtenNumber(value, "c")).toBe(9007199254740993n);
    expect(writtenNumber(value.d, 0)).toEqual(Object(100));
    expect(writtenNumber(value.d, 1)).toBeUndefined();
    expect(Object.is(Number(writtenNumber(value, "e")), -0)).toBe(true);
    expect(writtenNumber(parseJson('{"a":1.0,"a":2}') as object, "a")).toBeUndefined();
  });

  it("remembers the order of keys that look like indices", () => {
    const value = parseJson('{"b":0,"2":0,"1":0,"b":1}') as object;
    expect(Object.keys(value)).toEqual(["1", "2", "b"]);
    expect(writtenKeys(value)).toEqual(["b", "2", "1"]);
    expect(writtenKeys({ x: 1 })).toEqual(["x"]);
  });

  it("keeps a key __proto__ a key", () => {
    const value = parseJson('{"__proto__":{"x":1.0}}') as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(value).not.toHaveProperty("x");
  });

  it("reads the numbers that Python writes and JSON has not", () => {
    expect(parseJson('{"a":NaN,"b":[Infinity,-Infinity]}')).toEqual({
      a: Number.NaN,
      b: [Infinity, -Infinity],
    });
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
    for (const text of broken) expect(() => parseJson(text), text).toThrow(SyntaxError);
    expect(() => parseJson("[".repeat(100_000) + "1.0" + "]".repeat(100_000))).toThrow(/deeper/);
  });
});
