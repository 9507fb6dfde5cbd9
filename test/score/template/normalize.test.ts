import { describe, expect, it } from "vitest";
import { isNormalizedDifferently, normalizeText } from "../../../lib/score/template/normalize.js";

describe("normalizeText", () => {
  it("composes and decomposes what every Unicode version knows", () => {
    expect(normalizeText("e\u0301 \u212b ﬁ", "NFC")).toBe("é Å ﬁ");
    expect(normalizeText("é", "NFD")).toBe("e\u0301");
    expect(normalizeText("ﬁ①", "NFKC")).toBe("fi1");
    expect(normalizeText("ﬁ é", "NFKD")).toBe("fi e\u0301");
  });

  // Expected by tokenizers 0.23.2 (Rust), normalizers.NFC / NFKC / NFD of the text on the left.
  it.each([
    // A mark of Unicode 14 with combining class 230: newer tables move U+0323 (class 220) in front of it and compose.
    ["e\u1ace\u0323", "NFC", "e\u1ace\u0323"],
    ["e\u0323\u1ace\u0301", "NFC", "ẹ\u1ace\u0301"],
    // A composite of Unicode 16, and the parts of one of Unicode 13.
    ["\u{105d2}\u0307", "NFC", "\u{105d2}\u0307"],
    ["\u{11935}\u{11930}", "NFC", "\u{11935}\u{11930}"],
    // The square era name of Unicode 12.1.
    ["\u32ff\u337e", "NFKC", "\u32ff明治"],
    ["\u{1fbf0}１", "NFKC", "\u{1fbf0}1"],
    ["\u09fe\u0334", "NFD", "\u09fe\u0334"],
  ] as const)("leaves newer characters alone: %j in %s", (text, form, expected) => {
    expect(normalizeText(text, form)).toBe(expected);
    expect(isNormalizedDifferently(text)).toBe(true);
  });

  it("has nothing special about older text", () => {
    expect(isNormalizedDifferently("Åé ﬁ 漢字 🇩🇪")).toBe(false);
  });
});
