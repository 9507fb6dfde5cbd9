import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { modelTokenizer } from "../../../lib/check/verify-tokens.js";
import { CHECKPOINTS } from "../../support/fixtures.js";
import { copyTokenizer, readFrom, tokenTexts } from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

/** Made by `test/reference/backbones/internlm2_tokenizer.py`. */
interface Golden {
  fixture: string;
  /** What is appended to the fixture's `tokenizer.model`, in hexadecimal digits. */
  extra: string;
  added: Record<string, string>;
  rows: number;
  cases: { text: string; ids: number[] }[];
}

const golden = JSON.parse(await readFile(path.join(import.meta.dirname, "internlm2.json"), "utf8")) as Golden;

async function folder(settings: Record<string, unknown> = {}): Promise<string> {
  const model = await readFile(path.join(CHECKPOINTS, golden.fixture, "tokenizer.model"));
  const decoder = Object.entries(golden.added).map(([id, content]) => [
    id,
    { content, special: true, lstrip: false, rstrip: false, single_word: false, normalized: false },
  ]);
  const config = {
    tokenizer_class: "InternLM2Tokenizer",
    added_tokens_decoder: Object.fromEntries(decoder) as unknown,
    bos_token: "<s>",
    ...settings,
  };
  return copyTokenizer(golden.fixture, {
    without: ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"],
    files: {
      "tokenizer.model": Buffer.concat([model, Buffer.from(golden.extra, "hex")]),
      "tokenizer_config.json": JSON.stringify(config),
    },
  });
}

it("gives the ids of the tokenizer that InternLM 2's own class makes", async () => {
  const info = await readFrom(await folder(), golden.rows);
  expect(info).toMatchObject({ spacePrefix: "none", prefixTokens: [1], suffixTokens: [], bosToken: 1 });
  expect(info.templateVariables).toMatchObject({ bos_token: "<s>", eos_token: "</s>", pad_token: "</s>" });
  const vocabulary = await loadVocabulary(info);
  const ids = await modelTokenizer(vocabulary, info)(golden.cases.map(({ text }) => text));
  await vocabulary.dispose();
  expect(ids.map((found) => Array.from(found))).toEqual(golden.cases.map(({ ids: expected }) => expected));
});

it("keeps a NUL out of what llama.cpp reads, and the flags and settings that the class has", async () => {
  const info = await readFrom(
    await folder({ legacy: false, add_prefix_space: true, add_bos_token: false }),
    golden.rows,
  );
  expect(tokenTexts(info).filter((text) => text.includes("\0"))).toEqual([]);
  expect(info).toMatchObject({ spacePrefix: "none", prefixTokens: [] });
});
