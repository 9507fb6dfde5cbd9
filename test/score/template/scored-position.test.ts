import { describe, expect, it } from "vitest";
import { gatingPosition, scoredPosition } from "../../../lib/score/template/scored-position.js";

const PAD = 9;

describe("scoredPosition", () => {
  const position = (
    tokens: number[],
    rule: "last" | "last-non-pad" | "before-first-pad",
    padToken: number | null = PAD,
  ): number => scoredPosition(Int32Array.from(tokens), { position: rule, padToken });

  it("takes the last token, padding or not", () => {
    expect(position([1, 2, PAD], "last")).toBe(2);
  });

  it("takes the rightmost token that is not padding", () => {
    expect(position([1, PAD, 2, PAD, PAD], "last-non-pad")).toBe(2);
    expect(position([1, 2], "last-non-pad")).toBe(1);
    expect(position([1, PAD], "last-non-pad", null)).toBe(1);
  });

  it("takes the place before the first padding", () => {
    expect(position([1, 2, PAD, 3], "before-first-pad")).toBe(1);
    expect(position([1, 2, 3], "before-first-pad")).toBe(2);
    // The published classes index with -1 then, which is the last place.
    expect(position([PAD, 1, 2], "before-first-pad")).toBe(2);
  });

  it("refuses what has no place to score", () => {
    const unscorable: unknown = expect.objectContaining({ code: "CONVERSATION_UNSCORABLE" });
    expect(() => position([], "last")).toThrow(unscorable);
    expect(() => position([PAD, PAD], "last-non-pad")).toThrow(unscorable);
  });
});

describe("gatingPosition", () => {
  const find = (tokens: number[], pattern: number[]): number =>
    gatingPosition(Int32Array.from(tokens), Int32Array.from(pattern), "<end>");

  it("finds the last occurrence", () => {
    expect(find([1, 2, 3, 1, 2, 4], [1, 2])).toBe(3);
    expect(find([1, 1, 1], [1, 1])).toBe(1);
    expect(find([1, 2], [1, 2])).toBe(0);
  });

  it.each([{ tokens: [1, 3] }, { tokens: [] }, { tokens: [2, 1] }])(
    "says what is missing in $tokens",
    ({ tokens }) => {
      expect(() => find(tokens, [1, 2])).toThrow(
        expect.objectContaining({
          code: "CONVERSATION_UNSCORABLE",
          message: expect.stringContaining('"<end>"') as unknown,
        }),
      );
    },
  );
});
