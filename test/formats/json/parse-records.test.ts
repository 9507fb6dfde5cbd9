import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { parseRecords } from "../../../lib/formats/json/parse-records.js";

/** Ids as they are written, and what they become: by decimal arithmetic (Python's `decimal`), not by doubles. */
const IDS: [written: string, id: string | number][] = [
  ["7", 7],
  ["-7", -7],
  ["0", 0],
  ["9007199254740991", 9007199254740991],
  ["-9007199254740991", -9007199254740991],
  ["9007199254740992", "9007199254740992"],
  ["9007199254740993", "9007199254740993"],
  ["-9007199254740993", "-9007199254740993"],
  ["1610521604143693812", "1610521604143693812"],
  ["18446744073709551615", "18446744073709551615"],
  ["123456789012345678901234567890", "123456789012345678901234567890"],
  ["1.0", 1],
  ["1.50", 1.5],
  ["1e3", 1000],
  ["0.1", 0.1],
  ["1e-7", 1e-7],
  ["1.7976931348623157e308", 1.7976931348623157e308],
  ["1.00000000000000001", "1.00000000000000001"],
  ["9007199254740990.9", "9007199254740990.9"],
  ["0.1234567890123456789", "0.1234567890123456789"],
  ["1e400", "1e400"],
  ["-1e400", "-1e400"],
  ["1e-400", "1e-400"],
  ["1e99999999999999999999", "1e99999999999999999999"],
];

describe("parseRecords", () => {
  it.each(IDS)("reads the id %s", (written, id) => {
    expect(parseRecords(`{"a":[1,"\\"id\\": 1.5"],"id":${written},"z":{"id":3}}`)).toEqual({
      a: [1, '"id": 1.5'],
      id,
      z: { id: 3 },
    });
    expect(parseRecords(`[{"id" : ${written} },{"\\u0069d":${written}},5,null]`)).toEqual([
      { id },
      { id },
      5,
      null,
    ]);
    expect(parseRecords(`{"id":[${written},"x",null]}`)).toEqual({ id: [id, "x", null] });
  });

  it("keeps all other numbers as doubles, however many digits a tool wrote", () => {
    const reward = "0.1000000000000000055511151231257827";
    expect(parseRecords(`{"id":1610521604143693812,"reward":${reward},"n":{"id":9007199254740993}}`)).toEqual(
      {
        id: "1610521604143693812",
        reward: 0.1,
        n: { id: 9007199254740992 },
      },
    );
  });

  it("takes the last of two ids, as JSON.parse does", () => {
    expect(parseRecords('{"id":5,"id":1610521604143693812}')).toEqual({ id: "1610521604143693812" });
    expect(parseRecords('{"id":1610521604143693812,"id":5}')).toEqual({ id: 5 });
    expect(parseRecords('{"id":1610521604143693812,"id":"5"}')).toEqual({ id: "5" });
  });

  it("takes linear time for long strings and numbers", () => {
    const start = performance.now();
    const long = `${'\\"'.repeat(2e6)}${"\\\\".repeat(1e6)}${"1".repeat(2e6)}`;
    expect(parseRecords(`{"t":"${long}","x":NaN,"id":1610521604143693812}`)).toMatchObject({
      id: "1610521604143693812",
    });
    const digits = `1${"0".repeat(1e6)}1`;
    expect(parseRecords(`{"id":${digits}}`)).toEqual({ id: digits });
    expect(parseRecords(`{"id":1e${digits}}`)).toEqual({ id: `1e${digits}` });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it("reads the constants that Python's json writes, outside strings only", () => {
    const text = '{"a":NaN,"b":[-Infinity,Infinity],"c":"NaN, \\"Infinity\\"","id":9007199254740993}';
    expect(parseRecords(text)).toEqual({
      a: Number.NaN,
      b: [-Infinity, Infinity],
      c: 'NaN, "Infinity"',
      id: "9007199254740993",
    });
    expect(parseRecords('{"id":Infinity}')).toEqual({ id: "Infinity" });
  });

  it.each([
    '{"a":-NaN}',
    '{"a":NaNNaN}',
    '{"a":1NaN}',
    '{"a":nan}',
    "{NaN:1}",
    '{"a":NaN',
    '{"a":"NaN}',
    "NaN,",
  ])("refuses %s", (text) => {
    expect(() => parseRecords(text)).toThrow(SyntaxError);
  });

  it("names what is wrong in the text as it was", () => {
    expect(() => parseRecords('{"a":NaN, b}')).toThrow(/NaN/);
  });
});
