import { PRE_TOKENIZERS } from "../tokenizer/pre-tokenizer.js";
import { TOKEN_TYPE } from "../tokenizer/token-list.js";
import type { Metadata } from "../../formats/gguf/metadata.js";
import { nextTurn } from "../../util/event-loop.js";

/** Keys by what they must hold; other keys of a tokenizer are refused, because llama.cpp acts on many of them. */
const COMMON = [
  "tokenizer.ggml.model",
  "tokenizer.ggml.pre",
  "tokenizer.ggml.tokens",
  "tokenizer.ggml.token_type",
  "tokenizer.ggml.add_bos_token",
  "tokenizer.ggml.add_eos_token",
] as const;
const IDS = [
  "tokenizer.ggml.bos_token_id",
  "tokenizer.ggml.eos_token_id",
  "tokenizer.ggml.unknown_token_id",
  "tokenizer.ggml.padding_token_id",
] as const;
const MERGES = "tokenizer.ggml.merges";
const SCORES = "tokenizer.ggml.scores";
const SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";
const TEMPLATE = "tokenizer.chat_template";
const KEYS = new Set<string>([...COMMON, ...IDS, MERGES, SCORES, SPACE_PREFIX, TEMPLATE]);

/** Values looked at between two turns of the event loop: some milliseconds. */
const VALUES_PER_TURN = 1 << 14;
const BYTE_COUNT = 256;
const ASCII_COUNT = 128;

/** Whether a conversion may write a key for the tokenizer. */
export function isTokenizerKey(key: string): boolean {
  return KEYS.has(key);
}

/** Checks the tokenizer's metadata: lists of one length, known kinds, ids in range, nothing that llama.cpp would stumble over. */
export async function checkTokenizer(metadata: Metadata, vocabSize: number): Promise<string[]> {
  const faults: string[] = [];
  const model = metadata.text("tokenizer.ggml.model");
  const pre = metadata.text("tokenizer.ggml.pre");
  const isByteLevel = model === "gpt2";
  if (!isByteLevel && model !== "llama") faults.push(`tokenizer.ggml.model is ${JSON.stringify(model)}`);
  if (!(isByteLevel ? PRE_TOKENIZERS : ["default"]).includes(pre ?? "")) {
    faults.push(`tokenizer.ggml.pre is ${JSON.stringify(pre)}`);
  }
  const wrongKind = isByteLevel ? [SCORES, SPACE_PREFIX] : [MERGES];
  for (const key of wrongKind) {
    if (metadata.has(key)) faults.push(`${key} does not belong to a tokenizer of the kind ${String(model)}`);
  }
  for (const key of ["tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_eos_token"]) {
    if (metadata.boolean(key) === true) faults.push(`${key} is true: a conversion writes false`);
  }
  for (const key of IDS) if (metadata.has(key)) metadata.integer(key, 0, vocabSize - 1);
  if (metadata.has(TEMPLATE)) metadata.text(TEMPLATE);
  const texts = await checkTexts(metadata, vocabSize, faults);
  await checkTypes(metadata, vocabSize, faults);
  if (isByteLevel) await checkMerges(metadata, faults);
  else {
    checkBytes(texts, faults);
    metadata.boolean(SPACE_PREFIX);
    await checkScores(metadata, vocabSize, faults);
  }
  return faults;
}

/** llama.cpp aborts when two tokens have one text, and ends a text at its first NUL. */
async function checkTexts(metadata: Metadata, vocabSize: number, faults: string[]): Promise<Set<string>> {
  const texts = new Set<string>();
  await eachValue(metadata, "tokenizer.ggml.tokens", "string", vocabSize, faults, (text, id) => {
    if (typeof text !== "string") return `token ${id} is not UTF-8`;
    // llama.cpp gives those a name of their own.
    if (text === "") return undefined;
    if (text.includes("\0")) return `token ${id} has a NUL character`;
    if (texts.has(text)) return `token ${id} has the text of another token, ${JSON.stringify(text)}`;
    texts.add(text);
    return undefined;
  });
  return texts;
}

async function checkTypes(metadata: Metadata, vocabSize: number, faults: string[]): Promise<void> {
  const known = new Set<unknown>(Object.values(TOKEN_TYPE));
  await eachValue(metadata, "tokenizer.ggml.token_type", "i32", vocabSize, faults, (type, id) =>
    known.has(type) ? undefined : `token ${id} has the unknown type ${String(type)}`,
  );
}

async function checkScores(metadata: Metadata, vocabSize: number, faults: string[]): Promise<void> {
  await eachValue(metadata, SCORES, "f32", vocabSize, faults, (score, id) =>
    Number.isFinite(score) ? undefined : `the score of token ${id} is ${String(score)}`,
  );
}

/** A merge is two pieces with one space between them; a piece has none. */
async function checkMerges(metadata: Metadata, faults: string[]): Promise<void> {
  await eachValue(metadata, MERGES, "string", undefined, faults, (merge, index) =>
    typeof merge === "string" && /^[^ ]+ [^ ]+$/.test(merge)
      ? undefined
      : `merge ${index} is ${JSON.stringify(merge)}, expected two pieces`,
  );
}

/** Every byte needs a token: `<0x..>`, or the character itself where that is one. llama.cpp finds none else and gives up. */
function checkBytes(texts: ReadonlySet<string>, faults: string[]): void {
  for (let byte = 0; byte < BYTE_COUNT; byte += 1) {
    const token = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
    if (texts.has(token) || (byte < ASCII_COUNT && texts.has(String.fromCharCode(byte)))) continue;
    faults.push(`the byte token ${token} is missing`);
    return;
  }
}

/** Looks at an array's values in turns; the first fault is enough. */
async function eachValue(
  metadata: Metadata,
  key: string,
  of: "string" | "i32" | "f32",
  length: number | undefined,
  faults: string[],
  check: (value: unknown, index: number) => string | undefined,
): Promise<void> {
  const array = metadata.array(key, of);
  if (array === undefined) return;
  if (length !== undefined && array.length !== length) {
    faults.push(`${key} has ${array.length} values, expected ${length}, one per row of the token embedding`);
    return;
  }
  let index = 0;
  for (const value of array.read()) {
    const fault = check(value, index);
    if (fault !== undefined) {
      faults.push(`${key}: ${fault}`);
      return;
    }
    index++;
    if (index % VALUES_PER_TURN === 0) await nextTurn();
  }
}
