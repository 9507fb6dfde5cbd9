/** Tokenizer files of a fixture in a temporary folder, changed as a test wants them. */
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readTokenizer } from "../../../lib/model/tokenizer/read-tokenizer.js";
import type { TokenizerInfo } from "../../../lib/model/tokenizer/tokenizer-info.js";
import { CHECKPOINTS, temporaryFolder } from "../../support/fixtures.js";

/** A JSON object that tests change freely. */
export interface Json {
  [key: string]: Json | string | number | boolean | null | (Json | string | string[])[];
}

/** What to change in a copy of a checkpoint's tokenizer files. */
export interface Changes {
  tokenizer?: (json: Json) => void;
  tokenizerConfig?: (json: Json) => void;
  /** Files left out. */
  without?: readonly string[];
  /** Files added or overwritten, by name. */
  files?: Readonly<Record<string, string | Uint8Array>>;
}

/** Copies every file but the weights, and applies the changes. */
export async function copyTokenizer(fixture: string, changes: Changes = {}): Promise<string> {
  const directory = await temporaryFolder();
  for (const file of await readdir(join(CHECKPOINTS, fixture))) {
    if (/\.safetensors|expected/.test(file) || changes.without?.includes(file)) continue;
    await copyFile(join(CHECKPOINTS, fixture, file), join(directory, file));
  }
  await changeJson(join(directory, "tokenizer.json"), changes.tokenizer);
  await changeJson(join(directory, "tokenizer_config.json"), changes.tokenizerConfig);
  for (const [file, content] of Object.entries(changes.files ?? {})) {
    await writeFile(join(directory, file), content);
  }
  return directory;
}

async function changeJson(file: string, change: ((json: Json) => void) | undefined): Promise<void> {
  if (change === undefined) return;
  const json = JSON.parse(await readFile(file, "utf8")) as Json;
  change(json);
  await writeFile(file, JSON.stringify(json));
}

/** Reads a tokenizer as the converter does, the vocabulary's size taken from `config.json` unless given. */
export async function readFrom(directory: string, vocabSize?: number): Promise<TokenizerInfo> {
  const config = JSON.parse(await readFile(join(directory, "config.json"), "utf8")) as Record<
    string,
    unknown
  >;
  return readTokenizer(directory, config, vocabSize ?? Number(config["vocab_size"]));
}

/** The texts in `tokenizer.ggml.tokens`. */
export function tokenTexts(info: TokenizerInfo): readonly string[] {
  const tokens = info.metadata.get("tokenizer.ggml.tokens");
  return tokens?.type === "array" && tokens.of === "string" ? tokens.values : [];
}

/** The numbers in `tokenizer.ggml.token_type`. */
export function tokenTypes(info: TokenizerInfo): readonly number[] {
  const types = info.metadata.get("tokenizer.ggml.token_type");
  return types?.type === "array" && types.of === "i32" ? [...types.values] : [];
}
