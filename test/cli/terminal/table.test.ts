import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { printable, printableLine } from "../../../lib/cli/terminal/printable.js";
import { bytes, excerpt, table } from "../../../lib/cli/terminal/table.js";

/** What a terminal obeys, and what turns or hides text. */
const HOSTILE = [
  "\u001b[2J",
  "\u001b]0;title\u0007",
  "\u009b31m",
  "\u0085",
  "\u007f",
  "a\rb",
  "x\u202ey",
  "\u2066\u2069",
  "\u200f\u061c",
  "\u2028\u2029",
  "\ufeff",
  "half \ud83d",
  "\ude00 half",
];
const CONTROLS =
  // eslint-disable-next-line no-control-regex -- these are what it is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe("printable", () => {
  it.each(HOSTILE)("spells out %j, and leaves JSON the same", (text) => {
    expect(printable(text)).not.toMatch(CONTROLS);
    expect(printable(text)).toMatch(/\\u[0-9a-f]{4}/);
    expect(printable(text).isWellFormed()).toBe(true);
    expect(JSON.parse(printable(JSON.stringify({ [text]: [text] })))).toEqual({ [text]: [text] });
  });

  it("leaves what people write", () => {
    const text = "häß 海 مرحبا हिन्दी 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ line\n\ttab";
    expect(printable(text)).toBe(text);
    expect(printableLine("a\n\tb")).toBe("a\\u000a\\u0009b");
  });
});

describe("excerpt", () => {
  it.each([
    "😀".repeat(60),
    `x${"😀".repeat(60)}`,
    "海".repeat(60),
    `é${"e\u0301".repeat(60)}`,
    "👩‍👩‍👧‍👦".repeat(30),
  ])("cuts %s between characters, within its columns", (text) => {
    for (const width of [10, 11, 20, 39]) {
      const cut = excerpt(text, width);
      expect(cut.isWellFormed()).toBe(true);
      expect(stringWidth(cut)).toBeLessThanOrEqual(width);
      expect(stringWidth(cut)).toBeGreaterThan(width - 4);
      expect(text.startsWith(cut.slice(0, -1))).toBe(true);
      // The rest begins with a whole character.
      expect(text.slice(cut.length - 1)).not.toMatch(/^(?:\u0301|\u200d|[\udc00-\udfff])/);
    }
  });

  it("keeps what fits, on one line", () => {
    expect(excerpt("  two\n lines ", 20)).toBe("two lines");
    expect(excerpt("海海", 4)).toBe("海海");
    expect(excerpt("海海x", 4)).toBe("海…");
  });

  it("takes no time by the length of the text", () => {
    const marks = `e${"\u0301".repeat(3_000_000)}`;
    expect(excerpt(marks, 40).length).toBeLessThan(1000);
  });
});

describe("bytes", () => {
  it.each([
    [999, "999 B"],
    [1500, "1.5 kB"],
    [99_400_000, "99 MB"],
    [99_600_000, "100 MB"],
    [1_400_000_000, "1.4 GB"],
  ])("%i is %s", (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});

describe("table", () => {
  it("aligns wide characters and emoji by the columns they take", () => {
    const lines = table([
      ["name", "n"],
      ["海海", 1],
      ["😀", 22],
      ["é", 3],
    ]).split("\n");
    expect(lines.map((line) => stringWidth(line))).toEqual([8, 8, 8, 8]);
  });

  it("keeps each row on one line, whatever is in a cell", () => {
    const text = table([
      ["a\nb", "c\u001b[2J"],
      ["d", "e"],
    ]);
    expect(text.split("\n")).toHaveLength(2);
    expect(text).not.toMatch(CONTROLS);
  });
});
