import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRawGguf } from "../formats/gguf/raw-gguf.js";

/**
 * Compares the texts of a GGUF's tokens with the words of the checkpoint's tokenizer.json, one for one. Two words that no text becomes
 * could change places unseen by any comparison of token ids.
 *
 * Some words have another spelling in the GGUF, lest llama.cpp take them for special tokens: their own text behind a plain space. No
 * text becomes a token with a plain space in it: SentencePiece has `▁` in its place, byte-level vocabularies `Ġ`.
 * @returns a line for each difference
 */
export async function compareVocabulary(backboneFile: string, checkpointDir: string): Promise<string[]> {
  const { entries } = await readRawGguf(backboneFile);
  const list = entries.find(({ key }) => key === "tokenizer.ggml.tokens")?.value;
  const texts: unknown[] = typeof list === "object" ? [...list.read()] : [];
  const differences: string[] = [];
  for (const [word, id] of await readWords(checkpointDir)) {
    const text = typeof id === "number" ? texts[id] : undefined;
    if (text === word || (typeof text === "string" && text.endsWith(` ${word}`))) continue;
    differences.push(`token ${String(id)} is ${JSON.stringify(text)}, expected ${JSON.stringify(word)}`);
  }
  return differences;
}

async function readWords(checkpointDir: string): Promise<[string, unknown][]> {
  const json = await readFile(join(checkpointDir, "tokenizer.json"), "utf8");
  const { model } = JSON.parse(json) as { model?: { vocab?: Record<string, unknown> } };
  return Object.entries(model?.vocab ?? {});
}
