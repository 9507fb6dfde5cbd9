import { describe, expect, it } from "vitest";
import { differenceOf } from "../../../../../examples/electron/renderer/rank/diff/difference.js";

const side = (segments: ReturnType<typeof differenceOf>, kind: "first" | "second"): string =>
  segments
    .filter((segment) => segment.kind === "same" || segment.kind === kind)
    .map(({ text }) => text)
    .join("");

describe("the difference of two answers", () => {
  it("is by words", () => {
    expect(differenceOf("It is 4.", "It is 5.")).toEqual([
      { kind: "same", text: "It is " },
      { kind: "first", text: "4" },
      { kind: "second", text: "5" },
      { kind: "same", text: "." },
    ]);
    expect(differenceOf("a", "a")).toEqual([{ kind: "same", text: "a" }]);
  });

  it("holds every character of both, however long they are", () => {
    const words = (seed: number, count: number): string =>
      Array.from(
        { length: count },
        (_, index) => `${(index * seed) % 997}${index % 7 === 0 ? "\n" : " "}`,
      ).join("");
    for (const [first, second] of [
      ["", "a"],
      ["a  b\n", "a b\r\n"],
      [words(3, 50), words(3, 40)],
      [words(31, 20_000), words(37, 20_000)],
    ] as const) {
      const segments = differenceOf(first, second);
      expect(side(segments, "first")).toBe(first);
      expect(side(segments, "second")).toBe(second);
    }
  });
});
