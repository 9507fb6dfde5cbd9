import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { CheckpointError } from "../errors.js";
import {
  isNormalizedDifferently,
  normalizeText,
  type NormalizationForm,
} from "../score/template/normalize.js";
import { SpecialTokenTexts } from "../score/template/special-tokens.js";
import { referenceSpecialTokens, type JsonObject, type TokenizerFiles } from "./reference-special-tokens.js";
import { messageOf } from "../util/caught.js";

/** The part of the library's class that is used; its own types (0.2.0) do not resolve under NodeNext. */
interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(ids: readonly number[], options: { clean_up_tokenization_spaces: boolean }): string;
  get_added_tokens_decoder(): ReadonlyMap<number, { content: string }>;
  token_to_id(token: string): number | undefined;
  get_vocab(withAddedTokens: boolean): ReadonlyMap<string, number>;
}
const LibraryTokenizer = Tokenizer as unknown as new (
  tokenizerJson: JsonObject,
  config: JsonObject,
) => LibraryTokenizer;

/**
 * The independent tokenizer that ours is compared with: the JavaScript edition of the Hugging Face tokenizers, run on the
 * checkpoint's own tokenizer.json. Two faults of version 0.2.0 against the Rust original are worked around:
 * - it normalizes by Node's Unicode tables, where the original has those of Unicode 9. Texts with characters that are newer
 *   are normalized by `lib/score/template/normalize.ts` instead;
 * - its `Digits` pre-tokenizer knows ASCII digits only, where the original splits at every `\p{N}`.
 */
export class ReferenceTokenizer {
  /** Texts of the added tokens. */
  readonly addedTokens: readonly string[];
  /** Special tokens by the names that templates use. */
  readonly variables: Readonly<Record<string, string>>;
  /** Ids that the tokenizer adds in front of and behind a text when asked for its special tokens. */
  readonly around: { prefix: readonly number[]; suffix: readonly number[] };
  /** Whether tokens are spelled in the byte-to-character alphabet; else spaces are marked, as SentencePiece does. */
  readonly isByteLevel: boolean;
  readonly #tokenizer: LibraryTokenizer;
  readonly #form: NormalizationForm | null;
  readonly #spellings: SpecialTokenTexts;
  readonly #withoutForm: LibraryTokenizer;
  readonly #vocabulary: ReadonlyMap<string, number>;

  private constructor(files: TokenizerFiles, vocabSize: number) {
    const { added, variables, flags } = referenceSpecialTokens(files);
    const config = files.tokenizerConfig ?? {};
    // Without a row in the embedding a token can be none.
    const listed = { ...files.tokenizer, added_tokens: added.filter(({ id }) => id < vocabSize) };
    const json = replaceParts(listed, (part) => (part["type"] === "Digits" ? SPLIT_AT_DIGITS : part));
    const forms: NormalizationForm[] = [];
    const withoutForm = replaceParts(json, (part) => {
      if (!isForm(part["type"])) return part;
      forms.push(part["type"]);
      return { type: "Sequence", normalizers: [] };
    });
    this.#tokenizer = new LibraryTokenizer(json, config);
    this.isByteLevel = /"type":"ByteLevel"/.test(JSON.stringify(json["pre_tokenizer"] ?? null));
    this.#form = forms[0] ?? null;
    this.#withoutForm = this.#form === null ? this.#tokenizer : new LibraryTokenizer(withoutForm, config);
    this.addedTokens = [...this.#tokenizer.get_added_tokens_decoder().values()].map(({ content }) => content);
    this.#spellings = new SpecialTokenTexts(
      this.addedTokens.map((text, id) => ({ id, text, isControl: true })),
    );
    // An id that no token has leaves a hole in the library's list.
    this.#vocabulary = new Map(
      [...this.#tokenizer.get_vocab(false)].filter(([token]) => typeof token === "string"),
    );
    this.variables = variables;
    const idsOf = (texts: readonly string[]): number[] =>
      texts.flatMap((text) => this.#tokenizer.token_to_id(text) ?? []);
    this.around = flags
      ? { prefix: idsOf(flags.prefix), suffix: idsOf(flags.suffix) }
      : idsAround(files.tokenizer["post_processor"]);
  }

  /**
   * The reference for a checkpoint, or undefined when it has no tokenizer.json.
   * @param vocabSize rows of the embedding
   * @param configDir where `config.json` is
   * @throws CheckpointError `CHECKPOINT_INVALID` when its tokenizer files cannot be read.
   */
  static async load(
    checkpointDir: string,
    vocabSize = Number.POSITIVE_INFINITY,
    configDir = checkpointDir,
  ): Promise<ReferenceTokenizer | undefined> {
    const tokenizer = await readJson(checkpointDir, "tokenizer.json");
    if (tokenizer === undefined) return undefined;
    const files = {
      tokenizer,
      tokenizerConfig: await readJson(checkpointDir, "tokenizer_config.json"),
      specialTokensMap: await readJson(checkpointDir, "special_tokens_map.json"),
      addedTokens: await readJson(checkpointDir, "added_tokens.json"),
      config: await readJson(configDir, "config.json"),
    };
    try {
      return new ReferenceTokenizer(files, vocabSize);
    } catch (cause) {
      throw new CheckpointError(
        "CHECKPOINT_INVALID",
        `The reference tokenizer cannot use tokenizer.json: ${messageOf(cause)}.`,
        { cause },
      );
    }
  }

  /** Token ids of a text: special tokens parsed, nothing added in front or behind. */
  encode(text: string): number[] {
    const options = { add_special_tokens: false };
    if (this.#form === null || !isNormalizedDifferently(text)) {
      return this.#tokenizer.encode(text, options).ids;
    }
    const form = this.#form;
    const normalized = this.#spellings
      .split(text)
      .map((part) => (typeof part === "number" ? this.addedTokens[part] : normalizeText(part, form)));
    return this.#withoutForm.encode(normalized.join(""), options).ids;
  }

  /** Texts that tokens of the base vocabulary stand for: all, or about `limit` of them, evenly spread. */
  vocabularyTexts(limit = Number.POSITIVE_INFINITY): string[] {
    const entries = [...this.#vocabulary];
    const step = Math.max(1, Math.floor(entries.length / limit));
    return entries
      .filter((_, index) => index % step === 0)
      .map(([token, id]) =>
        this.isByteLevel
          ? this.#tokenizer.decode([id], { clean_up_tokenization_spaces: false })
          : token.replaceAll("▁", " "),
      )
      .filter((text) => text !== "");
  }
}

/**
 * The ids that a post-processor adds around a text, as its own lists state them; the library looks the tokens up by their text.
 * Source: tokenizers 0.23, `processors/template.rs`, `processors/bert.rs`.
 */
function idsAround(processor: unknown): ReferenceTokenizer["around"] {
  const { type, processors, single, special_tokens, cls, sep } = (processor ?? {}) as ProcessorJson;
  if (type === "Sequence") {
    return (processors ?? []).map(idsAround).reduce(
      (inner, outer) => ({
        prefix: [...outer.prefix, ...inner.prefix],
        suffix: [...inner.suffix, ...outer.suffix],
      }),
      { prefix: [], suffix: [] },
    );
  }
  if (cls !== undefined && sep !== undefined) return { prefix: [cls[1]], suffix: [sep[1]] };
  const pieces = single ?? [];
  const text = pieces.findIndex(({ SpecialToken }) => SpecialToken === undefined);
  const ids = pieces.map(({ SpecialToken }) => special_tokens?.[SpecialToken?.id ?? ""]?.ids ?? []);
  return { prefix: ids.slice(0, Math.max(0, text)).flat(), suffix: ids.slice(Math.max(0, text)).flat() };
}

interface ProcessorJson {
  type?: string;
  processors?: unknown[];
  single?: { SpecialToken?: { id: string } }[];
  special_tokens?: Record<string, { ids: number[] }>;
  cls?: [string, number];
  sep?: [string, number];
}

const SPLIT_AT_DIGITS = {
  type: "Split",
  pattern: { Regex: String.raw`\p{N}` },
  behavior: "Isolated",
  invert: false,
};

function isForm(type: unknown): type is NormalizationForm {
  return type === "NFC" || type === "NFD" || type === "NFKC" || type === "NFKD";
}

/** A copy of tokenizer.json with the normalizer's and the pre-tokenizer's parts replaced. */
function replaceParts(json: JsonObject, replace: (part: JsonObject) => JsonObject): JsonObject {
  const visit = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    const result: Record<string, unknown> = { ...replace(part as JsonObject) };
    for (const list of ["normalizers", "pretokenizers"]) {
      const parts = result[list];
      if (Array.isArray(parts)) result[list] = parts.map(visit);
    }
    return result;
  };
  return { ...json, normalizer: visit(json["normalizer"]), pre_tokenizer: visit(json["pre_tokenizer"]) };
}

async function readJson(checkpointDir: string, file: string): Promise<JsonObject | undefined> {
  try {
    return JSON.parse(await readFile(join(checkpointDir, file), "utf8")) as JsonObject;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `${file} cannot be read: ${messageOf(cause)}. Download it again.`,
      {
        cause,
      },
    );
  }
}
