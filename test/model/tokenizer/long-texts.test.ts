import { describe, expect, it } from "vitest";
import { makeCorpus } from "../../../lib/check/corpus.js";
import { ReferenceTokenizer } from "../../../lib/check/reference-tokenizer.js";
import { modelTokenizer } from "../../../lib/check/verify-tokens.js";
import type { NativeModel } from "../../../lib/score/native/native-addon.js";
import { copyTokenizer, readFrom, type Changes } from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

const QWEN = "skywork-qwen2-tiny";
const LLAMA = "grm-llama3.2-tiny";
const LLAMA2 = "starling-tiny";
const GEMMA = "grm-gemma2-tiny";

async function load(fixture: string, changes: Changes = {}) {
  const directory = await copyTokenizer(fixture, changes);
  const info = await readFrom(directory);
  const reference = await ReferenceTokenizer.load(directory);
  if (reference === undefined) throw new Error("no tokenizer.json");
  const model: NativeModel = await loadVocabulary(info);
  return { info, model, reference };
}

/** Space in front of every stretch by llama.cpp, by us, and nowhere. */
const FORMS: [name: string, fixture: string, changes?: Changes][] = [
  ["Llama 2", LLAMA2],
  [
    "Llama 2 with Metaspace",
    LLAMA2,
    {
      tokenizer: (json) => {
        json["normalizer"] = null;
        json["pre_tokenizer"] = {
          type: "Metaspace",
          replacement: "▁",
          prepend_scheme: "first",
          split: false,
        };
      },
    },
  ],
  ["Gemma 2", GEMMA],
];

describe("long texts", () => {
  it.each(FORMS)("%s: parts give the tokens of the whole", async (_, fixture, changes) => {
    const { info, model, reference } = await load(fixture, changes);
    try {
      const strings = makeCorpus({ size: 3000, seed: 7, vocabulary: reference.vocabularyTexts(2000) });
      const texts = Array.from({ length: 8 }, (_, index) =>
        strings.slice(index * 375, (index + 1) * 375).join(index % 2 === 0 ? "" : " "),
      );
      expect(Buffer.byteLength(texts[0] ?? "")).toBeGreaterThan(20_000);
      const actual = await modelTokenizer(model, info)(texts);
      texts.forEach((text, index) => {
        expect(Array.from(actual[index] ?? [])).toEqual(reference.encode(text));
      });
    } finally {
      await model.dispose();
    }
  });

  // Of a few hundred milliseconds each; by the square of the length it would be minutes.
  it.each([LLAMA2, GEMMA, QWEN, LLAMA])(
    "%s: a megabyte of one character takes seconds",
    async (fixture) => {
      const { model } = await load(fixture);
      try {
        for (const character of ["𓀀", "海", "a", " ", "\n", "!", "\u200d"]) {
          const text = character.repeat(1_000_000 / Buffer.byteLength(character));
          const before = process.cpuUsage();
          await model.tokenize([text], Uint8Array.of(0));
          // Of the processor: what other programs take is not the text's.
          const { user, system } = process.cpuUsage(before);
          expect((user + system) / 1e6).toBeLessThan(10);
        }
      } finally {
        await model.dispose();
      }
    },
    60_000,
  );
});
