import { originalText } from "./respelled-tokens.js";
import type { NativeModel, NativeSpecialToken } from "../native/native-addon.js";
import { preparePlainText } from "./plain-text.js";
import { SpecialTokenTexts, type PromptSegment } from "./special-tokens.js";
import type { TextRules } from "./text-rules.js";
import { concatenate } from "./truncate.js";

/**
 * The added tokens of a vocabulary: a text is split at them before it is normalized and tokenized, as the tokenizers library does.
 * llama.cpp would split at them too, but after normalization, at the longest spelling instead of the leftmost, and at tokens that
 * only look special to it. So it gets stretches of plain text only.
 */
export class AddedTokens {
  /** Those whose spelling in a message can forge a turn. */
  readonly control: SpecialTokenTexts;
  readonly #all: SpecialTokenTexts;
  readonly #textById: ReadonlyMap<number, string>;

  constructor(tokenizer: Pick<NativeModel, "specialTokens">) {
    const tokens = tokenizer
      .specialTokens()
      .map((token): NativeSpecialToken => ({ ...token, text: originalText(token.text) }));
    this.control = new SpecialTokenTexts(tokens.filter(({ isControl }) => isControl));
    this.#all = new SpecialTokenTexts(tokens);
    this.#textById = new Map(tokens.map(({ id, text }) => [id, text]));
  }

  /** Spellings of all. */
  get texts(): Iterable<string> {
    return this.#textById.values();
  }

  /** Splits a text at the added tokens that it spells. */
  split(text: string): PromptSegment[] {
    return this.#all.split(text);
  }

  /** Applies a checkpoint's rules to the stretches of text between added tokens. */
  prepare(segments: readonly PromptSegment[], rules: TextRules): PromptSegment[] {
    return preparePlainText(segments, rules, (id) => this.#textById.get(id));
  }

  /** Token ids of texts, special tokens parsed, nothing added in front or behind. */
  async tokenize(
    texts: readonly string[],
    rules: TextRules,
    tokenizer: Pick<NativeModel, "tokenize">,
  ): Promise<Int32Array[]> {
    const prepared = texts.map((text) => this.prepare(this.split(text), rules));
    const stretches = prepared.flat().filter((segment) => typeof segment === "string");
    const results = (await tokenizePlain(tokenizer, stretches)).values();
    return prepared.map((segments) =>
      concatenate(
        segments.map((segment) =>
          typeof segment === "number" ? Int32Array.of(segment) : (results.next().value ?? new Int32Array()),
        ),
      ),
    );
  }
}

/** Tokenizes stretches of text without added tokens: whatever one spells is text. */
export function tokenizePlain(
  tokenizer: Pick<NativeModel, "tokenize">,
  stretches: readonly string[],
): Promise<Int32Array[]> {
  return tokenizer.tokenize(stretches, new Uint8Array(stretches.length));
}
