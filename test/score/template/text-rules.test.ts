import { describe, expect, it } from "vitest";
import { preparePlainText } from "../../../lib/score/template/plain-text.js";
import { SpecialTokenTexts } from "../../../lib/score/template/special-tokens.js";
import type { TextRules } from "../../../lib/score/template/text-rules.js";

const rules = (changes: Partial<TextRules>): TextRules => ({
  normalization: null,
  spacePrefix: "none",
  stripBefore: [],
  stripAfter: [],
  ...changes,
});
const TOKENS = ["<s>", "<|end|>", "<|end|>x"];

/** Splits at the tokens, applies the rules between them, and puts the tokens' texts back. */
function applyTextRules(text: string, textRules: TextRules, tokens: readonly string[]): string {
  const spellings = new SpecialTokenTexts(tokens.map((token, id) => ({ id, text: token, isControl: true })));
  return preparePlainText(spellings.split(text), textRules, (id) => tokens[id])
    .map((segment) => (typeof segment === "number" ? tokens[segment] : segment))
    .join("");
}

describe("the text rules of a tokenizer", () => {
  it("leaves text alone that has no rules", () => {
    expect(applyTextRules(" a <s>\n", rules({}), TOKENS)).toBe(" a <s>\n");
  });

  it("normalizes between tokens, never across one", () => {
    const nfc = rules({ normalization: "NFC" });
    expect(applyTextRules("e\u0301<s>\u0338e\u0301", nfc, TOKENS)).toBe("é<s>\u0338é");
    expect(applyTextRules("x>\u0338", nfc, TOKENS)).toBe("x≯");
  });

  it("puts a space in front of the first stretch only", () => {
    const first = rules({ spacePrefix: "first" });
    expect(applyTextRules("a<s>b", first, TOKENS)).toBe(" a<s>b");
    expect(applyTextRules("<s>a", first, TOKENS)).toBe("<s>a");
    expect(applyTextRules(" a", first, TOKENS)).toBe(" a");
    expect(applyTextRules("▁a", first, [])).toBe("▁a");
    expect(applyTextRules("", first, TOKENS)).toBe("");
  });

  it("puts a space in front of each stretch", () => {
    expect(applyTextRules("a<s>b<s><s>\nc", rules({ spacePrefix: "each" }), TOKENS)).toBe(
      " a<s> b<s><s> \nc",
    );
  });

  it("lets tokens swallow white space, the longest token first", () => {
    const strip = rules({ stripBefore: ["<s>"], stripAfter: ["<|end|>"] });
    expect(applyTextRules("a \n\u00a0<s> b<|end|> \n c", strip, TOKENS)).toBe("a<s> b<|end|>c");
    expect(applyTextRules("<|end|>x c", strip, TOKENS)).toBe("<|end|>x c");
    // Rust's white space has no byte order mark, unlike JavaScript's.
    expect(applyTextRules("<|end|>\ufeff c", strip, TOKENS)).toBe("<|end|>\ufeff c");
  });
});
