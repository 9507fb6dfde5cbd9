import { describe, expect, it } from "vitest";
import { codePointLength, strip } from "../../../lib/score/jinja/text.js";

// Expected values: CPython 3.11 and Jinja2 3.1.6.
describe("python strings", () => {
  it("strips Python's white space and nothing else", () => {
    const space =
      "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000";
    expect(strip(`${space}a${space}b${space}`)).toBe(`a${space}b`);
    expect(strip("\ufeff\u200ba\u180e\ufeff")).toBe("\ufeff\u200ba\u180e\ufeff");
    expect(strip(space)).toBe("");
  });

  it("strips given characters on the side asked for", () => {
    expect(strip("\n\n a \n", "\n")).toBe(" a ");
    expect(strip("xyaxy", "yx", "start")).toBe("axy");
    expect(strip("xyaxy", "yx", "end")).toBe("xya");
    expect(strip("😀a😀", "😀")).toBe("a");
    expect(strip("a😀", "b", "end")).toBe("a😀");
    expect(strip(" a ", "")).toBe(" a ");
  });

  it("counts code points", () => {
    expect(["", "a😀b", "é", "👨‍👩‍👧"].map(codePointLength)).toEqual([0, 3, 1, 5]);
  });
});
