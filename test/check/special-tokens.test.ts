import { describe, expect, it } from "vitest";
import { modelTokenizer, verifyTokens, type TokenReport } from "../../lib/check/verify-tokens.js";
import { copyTokenizer, readFrom, type Changes, type Json } from "../model/tokenizer/checkpoint-copy.js";
import { loadVocabulary } from "../model/tokenizer/vocabulary-model.js";

const START = "<|im_start|>";
const QWEN = "skywork-qwen2-tiny";
const LLAMA = "skywork-llama3.1-tiny";

/** `<|im_start|>` as an ordinary word of the vocabulary, or in it no more than `<|im_end|>`; special only where `config` or a file says so. */
const qwen = (isWord: boolean, config: (json: Json) => void, files: Record<string, Json> = {}): Changes => ({
  tokenizer: (json) => {
    json["added_tokens"] = (json["added_tokens"] as Json[]).filter(
      ({ content }) => content === "<|endoftext|>",
    );
    const words = isWord ? { "<|endoftext|>": 4096, [START]: 4097, "<|im_end|>": 4098 } : {};
    Object.assign((json["model"] as Json)["vocab"] as Json, words);
  },
  tokenizerConfig: (json) => {
    delete json["added_tokens_decoder"];
    delete json["additional_special_tokens"];
    config(json);
  },
  files: Object.fromEntries(Object.entries(files).map(([file, json]) => [file, JSON.stringify(json)])),
});
const object = (content: string): Json => ({
  __type: "AddedToken",
  content,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

/** What a checkpoint says, and the same checkpoint as it looks to a converter that overlooks it. */
const statements: readonly [name: string, fixture: string, said: Changes, overlooked: Changes][] = [
  [
    "additional_special_tokens",
    QWEN,
    qwen(true, (json) => (json["additional_special_tokens"] = ["<|im_end|>", START])),
    qwen(true, (json) => (json["additional_special_tokens"] = ["<|im_end|>"])),
  ],
  [
    "extra_special_tokens, a list with an object",
    QWEN,
    qwen(true, (json) => (json["extra_special_tokens"] = ["<|im_end|>", object(START)])),
    qwen(true, (json) => (json["extra_special_tokens"] = ["<|im_end|>"])),
  ],
  [
    "extra_special_tokens, a mapping",
    QWEN,
    qwen(true, (json) => (json["extra_special_tokens"] = { image_token: START })),
    qwen(true, () => undefined),
  ],
  [
    "a name of the model's own",
    QWEN,
    qwen(true, (json) => (json["video_token"] = START)),
    qwen(true, () => undefined),
  ],
  [
    "added_tokens.json beside tokenizer.json",
    QWEN,
    qwen(false, () => undefined, { "added_tokens.json": { [START]: 4097, "<|im_end|>": 4098 } }),
    qwen(false, () => undefined),
  ],
  [
    "a role in tokenizer_config.json alone",
    QWEN,
    qwen(true, (json) => (json["sep_token"] = START)),
    qwen(true, () => undefined),
  ],
  [
    "special_tokens_map.json that goes before the configuration",
    QWEN,
    {
      tokenizerConfig: (json) => [delete json["added_tokens_decoder"], (json["eos_token"] = "<|endoftext|>")],
    },
    {
      tokenizerConfig: (json) => [delete json["added_tokens_decoder"], (json["eos_token"] = "<|endoftext|>")],
      without: ["special_tokens_map.json"],
    },
  ],
  [
    "null for a token that special_tokens_map.json still names",
    LLAMA,
    { tokenizerConfig: (json) => (json["bos_token"] = null) },
    {},
  ],
  [
    "no BOS in front",
    "starling-tiny",
    { tokenizerConfig: (json) => (json["add_bos_token"] = false) },
    { tokenizerConfig: (json) => (json["add_bos_token"] = true) },
  ],
];

async function check(read: string, against: string): Promise<TokenReport> {
  const info = await readFrom(read);
  const model = await loadVocabulary(info);
  const tokenize = modelTokenizer(model, info);
  const report = verifyTokens({
    tokenize,
    checkpointDir: against,
    prompt: info,
    sampleSize: 300,
    vocabularyLimit: 100,
  });
  return report.finally(() => model.dispose());
}

describe("the check of tokens learns which tokens are special on its own", () => {
  it.each(statements)("%s", async (_, fixture, said, overlooked) => {
    const folder = await copyTokenizer(fixture, said);
    expect(await check(folder, folder)).toMatchObject({ differences: [], misstatements: [] });
    const { differences, misstatements } = await check(await copyTokenizer(fixture, overlooked), folder);
    expect(differences.length + misstatements.length).toBeGreaterThan(0);
  });
});
