import { describe, expect, it } from "vitest";
import { modelTokenizer, verifyTokens } from "../../../lib/check/verify-tokens.js";
import { copyTokenizer, readFrom, type Changes, type Json } from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

const LLAMA = "grm-llama3.2-tiny";
const QWEN = "skywork-qwen2-tiny";
const LLAMA2 = "starling-tiny";
const GEMMA = "grm-gemma2-tiny";

const byteLevel = (useRegex: boolean): Json => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const split = (regex: string): Json => ({
  type: "Split",
  pattern: { Regex: regex },
  behavior: "Isolated",
  invert: false,
});
const sequence = (...pretokenizers: Json[]): Json => ({ type: "Sequence", pretokenizers });
const metaspace = (settings: Json): Json => ({ type: "Metaspace", replacement: "▁", ...settings });

const LLAMA3_REGEX = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const QWEN35_REGEX = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** Adds tokens behind the ids that the fixture has. */
function addTokens(json: Json, firstId: number, tokens: readonly Json[]): void {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const list = json["added_tokens"] as Json[];
  tokens.forEach((token, index) => list.push({ ...flags, id: firstId + index, ...token }));
}

interface Variant {
  name: string;
  fixture: string;
  changes: Changes;
  vocabSize?: number;
  /** What `readTokenizer` must say. */
  info: object;
}

const variants: readonly Variant[] = [
  {
    name: "Llama 3 expressions without ignore_merges",
    fixture: LLAMA,
    changes: { tokenizer: (json) => ((json["model"] as Json)["ignore_merges"] = false) },
    info: { family: "bpe/dbrx" },
  },
  {
    name: "GPT-2: the expression inside ByteLevel",
    fixture: QWEN,
    changes: { tokenizer: (json) => (json["pre_tokenizer"] = byteLevel(true)) },
    info: { family: "bpe/gpt-2" },
  },
  {
    name: "GPT-NeoX: no BOS unless asked for, whatever the post-processor says",
    fixture: QWEN,
    changes: {
      tokenizer: (json) => (json["pre_tokenizer"] = byteLevel(true)),
      tokenizerConfig: (json) => {
        json["tokenizer_class"] = "GPTNeoXTokenizerFast";
        json["bos_token"] = "<|endoftext|>";
      },
    },
    info: { family: "bpe/gpt-2", normalization: "NFC", prefixTokens: [], suffixTokens: [] },
  },
  {
    name: "StarCoder: single digits first",
    fixture: QWEN,
    changes: {
      tokenizer: (json) =>
        (json["pre_tokenizer"] = sequence({ type: "Digits", individual_digits: true }, byteLevel(true))),
    },
    info: { family: "bpe/starcoder" },
  },
  {
    name: "Qwen 3.5: marks stay with their letters",
    fixture: QWEN,
    changes: {
      tokenizer: (json) => (json["pre_tokenizer"] = sequence(split(QWEN35_REGEX), byteLevel(false))),
    },
    info: { family: "bpe/qwen35" },
  },
  {
    name: "byte-level with NFKC",
    fixture: QWEN,
    changes: { tokenizer: (json) => (json["normalizer"] = { type: "NFKC" }) },
    info: { family: "bpe/qwen2", normalization: "NFKC" },
  },
  {
    name: "Qwen 2.5: user-defined tokens, and embedding rows without a token",
    fixture: QWEN,
    vocabSize: 4224,
    changes: {
      tokenizer: (json) => {
        addTokens(json, 4099, [
          { content: "<tool_call>", special: false },
          { content: "<|fim_prefix|>", special: false },
        ]);
      },
      tokenizerConfig: (json) => delete json["added_tokens_decoder"],
    },
    info: { family: "bpe/qwen2", vocabSize: 4224, notes: [] },
  },
  ...(["first", "always", "never"] as const).map((scheme) => ({
    name: `Metaspace, prepend_scheme ${scheme} (Mistral 0.3 and later files)`,
    fixture: LLAMA2,
    changes: {
      tokenizer: (json: Json) => {
        json["normalizer"] = null;
        json["pre_tokenizer"] = metaspace({ prepend_scheme: scheme, split: false });
      },
    },
    info: { family: "spm", spacePrefix: { first: "first", always: "each", never: "none" }[scheme] },
  })),
  {
    name: "Metaspace as written before tokenizers 0.15",
    fixture: LLAMA2,
    changes: {
      tokenizer: (json) => {
        json["normalizer"] = null;
        json["pre_tokenizer"] = metaspace({ add_prefix_space: true, split: false });
      },
    },
    info: { family: "spm", spacePrefix: "each" },
  },
  {
    name: "Phi-3: tokens that swallow white space",
    fixture: LLAMA2,
    vocabSize: 4592,
    changes: {
      tokenizer: (json) => {
        addTokens(json, 4558, [
          { content: "<|end|>", rstrip: true },
          { content: "<|user|>", rstrip: true },
          { content: "<mask>", lstrip: true, special: false },
        ]);
      },
      tokenizerConfig: (json) => delete json["added_tokens_decoder"],
    },
    info: {
      family: "spm",
      spacePrefix: "native",
      stripAfter: ["<|end|>", "<|user|>"],
      stripBefore: ["<mask>"],
    },
  },
  {
    name: "Gemma with merges in one string each",
    fixture: GEMMA,
    changes: {
      tokenizer: (json) => {
        const model = json["model"] as Json;
        model["merges"] = (model["merges"] as string[][]).map((pair) => pair.join(" "));
      },
    },
    info: { family: "spm", spacePrefix: "none" },
  },
];

describe("tokenizer.json variants that are in use", () => {
  it.each(variants)("$name", async ({ fixture, changes, vocabSize, info: expected }) => {
    const directory = await copyTokenizer(fixture, changes);
    const info = await readFrom(directory, vocabSize);
    expect(info).toMatchObject(expected);
    const model = await loadVocabulary(info);
    try {
      const report = await verifyTokens({
        tokenize: modelTokenizer(model, info),
        checkpointDir: directory,
        sampleSize: 600,
      });
      expect(report).toMatchObject({ hasReference: true, differences: [] });
    } finally {
      await model.dispose();
    }
  });
});

describe("tokenizers that llama.cpp cannot reproduce", () => {
  const refused: readonly [name: string, fixture: string, changes: Changes, message: RegExp][] = [
    [
      "an unknown expression",
      LLAMA,
      { tokenizer: (json) => (json["pre_tokenizer"] = sequence(split("\\p{L}+|."), byteLevel(false))) },
      /no pre-tokenizer that splits as this tokenizer\.json does: \\p\{L\}\+\|\./,
    ],
    [
      "ignore_merges where llama.cpp never ignores them",
      QWEN,
      { tokenizer: (json) => ((json["model"] as Json)["ignore_merges"] = true) },
      /ignore_merges is true, but llama\.cpp's pre-tokenizer qwen2/,
    ],
    [
      "a space in front of byte-level text",
      QWEN,
      {
        tokenizer: (json) =>
          (json["pre_tokenizer"] = sequence(split(LLAMA3_REGEX), {
            ...byteLevel(false),
            add_prefix_space: true,
          })),
      },
      /no counterpart for these settings of the pre-tokenizer ByteLevel/,
    ],
    [
      "lower-casing",
      LLAMA2,
      { tokenizer: (json) => (json["normalizer"] = { type: "Lowercase" }) },
      /normalizer \{"type":"Lowercase"\}/,
    ],
    [
      "Unigram",
      GEMMA,
      { tokenizer: (json) => (json["model"] = { type: "Unigram", unk_id: 0, vocab: [] }) },
      /Unigram tokenizers are not supported/,
    ],
    [
      "WordPiece",
      GEMMA,
      { tokenizer: (json) => (json["model"] = { type: "WordPiece", unk_token: "[UNK]", vocab: {} }) },
      /WordPiece tokenizers are not supported/,
    ],
    [
      "no byte fallback",
      GEMMA,
      { tokenizer: (json) => ((json["model"] as Json)["byte_fallback"] = false) },
      /without byte_fallback/,
    ],
    [
      "a merge list that lacks pairs which llama.cpp would join",
      LLAMA2,
      {
        tokenizer: (json) => {
          const model = json["model"] as Json;
          const merges = model["merges"] as (string | string[])[];
          const joined = merges.map((merge) =>
            typeof merge === "string" ? merge.replace(" ", "") : merge.join(""),
          );
          // Drop one of two ways to make the same token.
          const twice = joined.findIndex((token, index) => joined.indexOf(token) < index);
          merges.splice(twice, 1);
        },
      },
      /1 pairs would be joined by llama\.cpp/,
    ],
    [
      "words matched whole",
      LLAMA,
      {
        tokenizer: (json) => {
          addTokens(json, 4353, [{ content: "word", single_word: true }]);
        },
      },
      /single_word/,
    ],
    [
      "special tokens read as plain text",
      LLAMA,
      { tokenizerConfig: (json) => (json["split_special_tokens"] = true) },
      /split_special_tokens/,
    ],
    [
      "a space in front in one file and not in the other",
      LLAMA2,
      { tokenizerConfig: (json) => (json["add_prefix_space"] = false) },
      /add_prefix_space false/,
    ],
  ];

  it.each(refused)("%s", async (_, fixture, changes, message) => {
    const directory = await copyTokenizer(fixture, changes);
    const error: unknown = await readFrom(directory).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CHECKPOINT_UNSUPPORTED" });
    expect((error as Error).message).toMatch(message);
  });
});
