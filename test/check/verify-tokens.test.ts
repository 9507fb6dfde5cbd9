import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTokenizer } from "../../lib/model/tokenizer/read-tokenizer.js";
import type { TokenizerInfo } from "../../lib/model/tokenizer/tokenizer-info.js";
import type { NativeModel } from "../../lib/score/native/native-addon.js";
import type { GgufValue } from "../../lib/formats/gguf/gguf-value.js";
import { ReferenceTokenizer } from "../../lib/check/reference-tokenizer.js";
import { modelTokenizer, verifyTokens, type TokenReport } from "../../lib/check/verify-tokens.js";
import { loadVocabulary } from "../model/tokenizer/vocabulary-model.js";
import { CHECKPOINTS, temporaryFolder } from "../support/fixtures.js";

/** One tokenizer of each family. */
const FAMILIES: readonly [family: string, fixture: string][] = [
  ["Llama 3", "grm-llama3.2-tiny"],
  ["Qwen 2", "skywork-qwen2-tiny"],
  ["Llama 2", "starling-tiny"],
  ["Yi (Starling 34B)", "starling-34b-tiny"],
  ["Gemma", "grm-gemma-tiny"],
  ["Gemma 2", "grm-gemma2-tiny"],
];

async function read(fixture: string): Promise<TokenizerInfo> {
  const directory = join(CHECKPOINTS, fixture);
  const config = JSON.parse(await readFile(join(directory, "config.json"), "utf8")) as Record<
    string,
    unknown
  >;
  return readTokenizer(directory, config, Number(config["vocab_size"]));
}

async function withModel<T>(info: TokenizerInfo, use: (model: NativeModel) => Promise<T>): Promise<T> {
  const model = await loadVocabulary(info);
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

const verify = (fixture: string, info: TokenizerInfo, sampleSize: number): Promise<TokenReport> =>
  withModel(info, (model) =>
    verifyTokens({
      tokenize: modelTokenizer(model, info),
      checkpointDir: join(CHECKPOINTS, fixture),
      sampleSize,
    }),
  );

/** Ids of tokenizers 0.23.2 (Rust), from `scripts/corpus/reference_ids.py`. */
interface ReferenceIds {
  checkpoints: Record<string, { text: string; ids: string }[]>;
}
const stored = JSON.parse(
  await readFile(join(CHECKPOINTS, "..", "tokens", "reference-ids.json"), "utf8"),
) as ReferenceIds;

describe.each(FAMILIES)("%s", (_, fixture) => {
  const cases = stored.checkpoints[fixture] ?? [];
  const expected = cases.map(({ ids }) => (ids === "" ? [] : ids.split(" ").map(Number)));

  it("the reference in JavaScript and llama.cpp both give the ids of the Rust library", async () => {
    expect(cases.length).toBeGreaterThan(100);
    const reference = await ReferenceTokenizer.load(join(CHECKPOINTS, fixture));
    expect(cases.map(({ text }) => reference?.encode(text))).toEqual(expected);
    const info = await read(fixture);
    const actual = await withModel(info, (model) =>
      modelTokenizer(model, info)(cases.map(({ text }) => text)),
    );
    expect(actual.map((ids) => Array.from(ids))).toEqual(expected);
  });

  it("llama.cpp gives the reference's ids for 10,000 strings and every token", async () => {
    const report = await verify(fixture, await read(fixture), 10_000);
    expect(report).toMatchObject({ hasReference: true, differences: [] });
    expect(report.strings).toBeGreaterThan(13_500);
    expect(report.tokens).toBeGreaterThan(500_000);
  });
});

describe("verifyTokens finds", () => {
  /** The tokenizer's metadata with one entry changed. */
  const change = (info: TokenizerInfo, key: string, value: GgufValue): TokenizerInfo => ({
    ...info,
    metadata: new Map(info.metadata).set(key, value),
  });

  function strings(info: TokenizerInfo, key: string): string[] {
    const value = info.metadata.get(key);
    if (value?.type !== "array" || value.of !== "string") throw new Error(`${key} holds no strings`);
    return [...value.values];
  }

  it("two vocabulary entries swapped", async () => {
    const info = await read("starling-tiny");
    const texts = strings(info, "tokenizer.ggml.tokens");
    const [a, b] = [texts.indexOf("▁the"), texts.indexOf("▁w")];
    expect(Math.min(a, b)).toBeGreaterThan(0);
    [texts[a], texts[b]] = ["▁w", "▁the"];
    const swapped = change(info, "tokenizer.ggml.tokens", { type: "array", of: "string", values: texts });
    const { differences } = await verify("starling-tiny", swapped, 300);
    expect(differences).toContainEqual(expect.objectContaining({ text: "\n the" }));
    for (const { expected, actual } of differences) expect(actual).not.toEqual(expected);
  });

  it("a merge dropped", async () => {
    const info = await read("grm-llama3.2-tiny");
    const merges = strings(info, "tokenizer.ggml.merges").slice(1);
    const changed = change(info, "tokenizer.ggml.merges", { type: "array", of: "string", values: merges });
    expect((await verify("grm-llama3.2-tiny", changed, 300)).differences).not.toEqual([]);
  });

  it("another pre-tokenizer", async () => {
    const info = await read("skywork-qwen2-tiny");
    const changed = change(info, "tokenizer.ggml.pre", { type: "string", value: "gpt-2" });
    expect((await verify("skywork-qwen2-tiny", changed, 300)).differences).not.toEqual([]);
  });

  it("a space in front that should not be there", async () => {
    const info = await read("starling-34b-tiny");
    const changed = change(info, "tokenizer.ggml.add_space_prefix", { type: "bool", value: true });
    expect((await verify("starling-34b-tiny", changed, 300)).differences.length).toBeGreaterThan(250);
  });

  it("text that is not normalized", async () => {
    const info = await read("skywork-qwen2-tiny");
    const { differences } = await verify("skywork-qwen2-tiny", { ...info, normalization: null }, 300);
    expect(differences).not.toEqual([]);
  });

  it("nothing to compare with, when there is no tokenizer.json", async () => {
    const report = await verifyTokens({
      tokenize: () => Promise.reject(new Error("not reached")),
      checkpointDir: await temporaryFolder(),
    });
    expect(report).toEqual({
      hasReference: false,
      strings: 0,
      tokens: 0,
      differences: [],
      misstatements: [],
    });
  });

  it("stops when asked to", async () => {
    const reason = new Error("enough");
    await expect(
      verifyTokens({
        tokenize: () => Promise.reject(new Error("not reached")),
        checkpointDir: join(CHECKPOINTS, "starling-tiny"),
        signal: AbortSignal.abort(reason),
      }),
    ).rejects.toBe(reason);
  });
});
