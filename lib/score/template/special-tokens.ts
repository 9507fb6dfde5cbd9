import { ConversationError } from "../../errors.js";
import type { NativeSpecialToken } from "../native/native-addon.js";
import { largest } from "../../util/collections.js";
import { forEachText, mapTexts } from "./string-map.js";
import type { TemplateInput } from "./template-input.js";

/** A stretch of a prompt: the id of a special token, or the text between two. */
export type PromptSegment = number | string;

/** An input whose special-token spellings are masked, and how to get the spellings back. */
export interface MaskedInput {
  input: TemplateInput;
  /** Puts the original spellings back. */
  restore: (text: string) => string;
}

/**
 * Characters that stand for spellings: CJK ideographs of Extension A. One UTF-16 unit each, no white space, no letter case,
 * printable as they are to Python's `repr` and `json`, and rare.
 */
const MASK_FIRST = 0x3400;
const MASK_LAST = 0x4dbf;
const MASKS = /[\u3400-\u4dbf]/g;
/** A pattern that matches nowhere. */
const NO_MATCH = "(?!)";

/**
 * Spellings of a set of special tokens. Where spellings overlap the leftmost, then the longest counts, as in the Hugging
 * Face tokenizers.
 */
export class SpecialTokenTexts {
  readonly #idByText: ReadonlyMap<string, number>;
  readonly #pattern: RegExp;
  /** Parts of spellings that more could follow, or go before. */
  readonly #starts: ReadonlySet<string>;
  readonly #ends: ReadonlySet<string>;
  readonly #longest: number;

  constructor(tokens: readonly NativeSpecialToken[]) {
    this.#idByText = new Map(tokens.filter(({ text }) => text !== "").map(({ text, id }) => [text, id]));
    const texts = [...this.#idByText.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp);
    this.#pattern = new RegExp(texts.length === 0 ? NO_MATCH : texts.join("|"), "g");
    const cuts = [...this.#idByText.keys()].flatMap((text) =>
      Array.from({ length: text.length - 1 }, (_, index) => [
        text.slice(0, index + 1),
        text.slice(index + 1),
      ]),
    );
    // What begins or ends with white space would be out of reach of a template's trim.
    const isTrimmed = (part: string): boolean => part.trim() === part;
    this.#starts = new Set(cuts.map(([start = ""]) => start).filter(isTrimmed));
    this.#ends = new Set(cuts.map(([, end = ""]) => end).filter(isTrimmed));
    this.#longest = largest([1, ...[...this.#idByText.keys()].map((text) => text.length)]);
  }

  /** The distinct spellings that occur in texts of an input, in order of appearance. */
  findIn(input: TemplateInput): string[] {
    const found = new Set<string>();
    forEachText(input, (text) => {
      for (const spelling of this.findInText(text)) found.add(spelling);
    });
    return [...found];
  }

  /** The spellings that occur in a text, in order. */
  findInText(text: string): readonly string[] {
    return text.match(this.#pattern) ?? [];
  }

  /**
   * Replaces every spelling in texts of an input by a character that nothing else in the input, the template or the tokens
   * has, so that the rendered template can tell the template's special tokens from those of an author. So are the parts of
   * spellings at the ends of texts (of keys not, for which the template asks), which could become one beside another text. Filters such as `trim` treat the character like
   * the text it stands for.
   * @param template source of the template: texts that it names in quotes are compared with, and stay whole
   * @param others further texts that the masks must not occur in
   * @throws ConversationError `CONVERSATION_INVALID` when no such character is left.
   */
  mask(input: TemplateInput, template: string, others: Iterable<string>): MaskedInput {
    const taken = new Set<string>(template.match(MASKS));
    const take = (text: string): void => {
      for (const character of text.match(MASKS) ?? []) taken.add(character);
    };
    forEachText(input, take);
    for (const text of others) take(text);
    const maskByText = new Map<string, string>();
    let next = MASK_FIRST;
    const maskOf = (text: string): string => {
      const known = maskByText.get(text);
      if (known !== undefined) return known;
      while (taken.has(String.fromCharCode(next))) next++;
      if (next > MASK_LAST) {
        throw new ConversationError(
          "CONVERSATION_INVALID",
          "The conversation uses too many rare ideographs to keep its special-token texts apart. Score it with specialTokens: parse.",
        );
      }
      const mask = String.fromCharCode(next++);
      maskByText.set(text, mask);
      return mask;
    };
    const isNamed = (text: string): boolean =>
      template.includes(`'${text}'`) || template.includes(`"${text}"`);
    const masked = mapTexts(input, (text, isKey) => {
      const whole = text.replace(this.#pattern, maskOf);
      return isKey || isNamed(text) ? whole : this.#maskEnds(whole, maskOf);
    });
    const textByMask = new Map([...maskByText].map(([text, mask]) => [mask, text]));
    return {
      input: masked,
      restore: (text) => text.replace(MASKS, (character) => textByMask.get(character) ?? character),
    };
  }

  /** Masks the longest end that begins a spelling, and the longest start that ends one. */
  #maskEnds(text: string, maskOf: (text: string) => string): string {
    const most = Math.min(text.length, this.#longest - 1);
    let end = most;
    while (end > 0 && !this.#starts.has(text.slice(-end))) end--;
    const rest = end === 0 ? text : text.slice(0, -end);
    let start = Math.min(most, rest.length);
    while (start > 0 && !this.#ends.has(rest.slice(0, start))) start--;
    return (
      (start === 0 ? "" : maskOf(rest.slice(0, start))) +
      rest.slice(start) +
      (end === 0 ? "" : maskOf(text.slice(-end)))
    );
  }

  /** Splits text at the special tokens it spells. */
  split(text: string): PromptSegment[] {
    const segments: PromptSegment[] = [];
    let start = 0;
    // Not matchAll: it compiles a copy of the pattern at each call, 30 µs with the 256 special tokens of Llama 3.
    this.#pattern.lastIndex = 0;
    for (let match = this.#pattern.exec(text); match !== null; match = this.#pattern.exec(text)) {
      if (match.index > start) segments.push(text.slice(start, match.index));
      const id = this.#idByText.get(match[0]);
      if (id !== undefined) segments.push(id);
      start = match.index + match[0].length;
    }
    if (start < text.length) segments.push(text.slice(start));
    return segments;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
