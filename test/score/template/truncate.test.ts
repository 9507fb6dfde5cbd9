import { describe, expect, it } from "vitest";
import { joinAndTruncate, type Truncation } from "../../../lib/score/template/truncate.js";

const BOS = 1;
const EOS = 2;

function join(
  body: number[],
  limit: number,
  truncation: Truncation,
): { tokens: number[]; truncatedTokens: number } {
  const parts = { prefix: [BOS], body: Int32Array.from(body), suffix: [EOS] };
  const { tokens, truncatedTokens } = joinAndTruncate(parts, limit, truncation, BOS);
  return { tokens: [...tokens], truncatedTokens };
}

describe("joinAndTruncate", () => {
  it.each(["error", "left", "right"] as const)("leaves a prompt that fits (%s)", (truncation) => {
    expect(join([BOS, 5, 6], 5, truncation)).toEqual({ tokens: [BOS, BOS, 5, 6, EOS], truncatedTokens: 0 });
  });

  it("cuts the oldest tokens after the leading BOS", () => {
    expect(join([BOS, 5, 6, 7, 8], 5, "left")).toEqual({ tokens: [BOS, BOS, 7, 8, EOS], truncatedTokens: 2 });
  });

  it("cuts the newest tokens before what is added behind", () => {
    expect(join([BOS, 5, 6, 7, 8], 5, "right")).toEqual({
      tokens: [BOS, BOS, 5, 6, EOS],
      truncatedTokens: 2,
    });
  });

  it("says how many tokens too many, when not asked to cut or nothing is left to cut", () => {
    expect(() => join([BOS, 5, 6, 7], 4, "error")).toThrow(
      expect.objectContaining({
        code: "CONVERSATION_TOO_LONG",
        message: expect.stringContaining("6 tokens, 2 more than the context of 4") as string,
        details: { tokenCount: 6, limit: 4, excess: 2 },
      }),
    );
    expect(() => join([BOS, 5], 2, "right")).toThrow(
      expect.objectContaining({ code: "CONVERSATION_TOO_LONG" }),
    );
  });
});
