import { describe, expect, it } from "vitest";
import { makeCorpus } from "../../lib/check/corpus.js";
import { isNewlyAssigned } from "../../lib/check/unicode-versions.js";

const isNew = (text: string): boolean =>
  Array.from(text).some((character) => isNewlyAssigned(character.codePointAt(0) ?? 0));

describe("makeCorpus", () => {
  const corpus = makeCorpus({ size: 10_000, seed: 1 });

  it("is the same for the same seed, and another for another", () => {
    expect(makeCorpus({ size: 10_000, seed: 1 })).toEqual(corpus);
    expect(makeCorpus({ size: 10_000, seed: 2 })).not.toEqual(corpus);
  });

  it("has only strings that have a UTF-8 form, without NUL, hardly any of them twice", () => {
    expect(corpus.every((text) => text.isWellFormed() && !text.includes("\0"))).toBe(true);
    expect(new Set(corpus).size).toBeGreaterThan(9_500);
  });

  it("has no characters that the tables of different versions take differently", () => {
    // Nag Mundari and an ideograph (Unicode 15), a Myanmar digit (16), Beria Erfe (17); letters and digits that are older.
    expect(["\u{1e4d0}", "\u{31350}", "\u{116de}", "\u{16ea0}"].every((text) => isNew(text))).toBe(true);
    expect(["a", "é", "海", "٠", "𓀀", "\u{1e2c0}", "\ufffd"].some((text) => isNew(text))).toBe(false);
    expect(corpus.some((text) => isNew(text))).toBe(false);
  });

  it.each([
    ["Greek", /\p{Script=Greek}/u],
    ["Cyrillic", /\p{Script=Cyrillic}/u],
    ["Arabic", /\p{Script=Arabic}/u],
    ["Hebrew", /\p{Script=Hebrew}/u],
    ["Devanagari", /\p{Script=Devanagari}/u],
    ["Thai", /\p{Script=Thai}/u],
    ["Han", /\p{Script=Han}/u],
    ["Hangul", /\p{Script=Hangul}/u],
    ["supplementary planes", /[\u{10000}-\u{10ffff}]/u],
    ["private use", /\p{Private_Use}/u],
    ["controls", /\p{Cc}/u],
    ["joined emoji", /\u{1f468}\u200d/u],
    ["combining marks", /\p{L}\p{M}/u],
    ["runs of spaces", / {20}/],
    ["runs of new lines", /\n{20}/],
    ["runs of tabs", /\t{20}/],
    ["long numbers", /[0-9]{8}/],
    ["digits of other scripts", /[٠-٩]{3}/],
    ["contractions", /\p{L}'S/u],
    ["typographic contractions", /\p{L}’s/u],
    ["special tokens", /<\|eot_id\|>/],
    ["addresses", /https:\/\//],
    ["words of 100 letters", /\p{L}{100}/u],
  ])("has %s in many strings", (_, pattern) => {
    expect(corpus.filter((text) => pattern.test(text)).length).toBeGreaterThan(20);
  });

  it("has both spellings of what Unicode calls equal", () => {
    expect(corpus.some((text) => text !== text.normalize("NFC"))).toBe(true);
    expect(corpus.some((text) => text !== text.normalize("NFD"))).toBe(true);
  });

  it("spells the given special tokens and strings the given vocabulary together", () => {
    const own = makeCorpus({
      size: 500,
      seed: 1,
      specialTokens: ["<|own|>"],
      vocabulary: ["qwert", "zuiop"],
    });
    expect(own.some((text) => text.includes("<|own|>"))).toBe(true);
    expect(own.some((text) => /(qwert|zuiop){3}/.test(text))).toBe(true);
  });
});
