import type { TokenFlags, Vocab } from "./tokenizer-json.js";

/** An added token as the tokenizers library holds it. */
export interface NumberedToken {
  id: number;
  flags: TokenFlags;
}

interface Entry extends NumberedToken {
  /** `normalized` of the first version that was special, and whether a version that was not was looked for in raw text. */
  firstSpecial: boolean | undefined;
  isPlainRaw: boolean;
}

/**
 * The added tokens of a tokenizer, numbered as the tokenizers library numbers them: a token that the vocabulary or this list
 * has keeps its id, a new one gets the next, whatever id a file states. Adding a token again replaces its flags.
 * Source: tokenizers 0.22.2 and 0.23.3, `tokenizers/src/tokenizer/added_vocabulary.rs`, `add_tokens`; measured on both.
 */
export class AddedVocabulary {
  readonly #vocab: Vocab;
  readonly #entries = new Map<string, Entry>();
  #highestId = -1;

  constructor(vocab: Vocab) {
    this.#vocab = vocab;
  }

  /** The id of a token of either kind. */
  idOf(content: string): number | undefined {
    return this.#entries.get(content)?.id ?? this.#vocab.get(content);
  }

  /** The flags of an added token; undefined where the text is none. */
  flagsOf(content: string): TokenFlags | undefined {
    return this.#entries.get(content)?.flags;
  }

  /** Adds a token, or gives it other flags. Returns its id. */
  add(content: string, flags: TokenFlags): number {
    const old = this.#entries.get(content);
    const id = old?.id ?? this.#vocab.get(content) ?? this.#nextId();
    if (old !== undefined && sameFlags(old.flags, flags)) return id;
    const firstSpecial = old?.firstSpecial ?? (flags.special ? flags.normalized : undefined);
    const isPlainRaw = (old?.isPlainRaw ?? false) || (firstSpecial === undefined && !flags.normalized);
    this.#entries.set(content, { id, flags, firstSpecial, isPlainRaw });
    this.#highestId = Math.max(this.#highestId, id);
    return id;
  }

  /**
   * The tokens. Where several versions of one were added, releases 0.22 and 0.23 may look for it in different texts: 0.23 goes
   * by the last version, 0.22 by the first special one. Such a token counts as looked for in normalized text, which is
   * refused further on where it makes a difference.
   */
  *tokens(): Generator<[content: string, token: NumberedToken]> {
    for (const [content, { id, flags, firstSpecial, isPlainRaw }] of this.#entries) {
      const olderNormalized = !isPlainRaw && firstSpecial !== false;
      yield [content, { id, flags: { ...flags, normalized: flags.normalized || olderNormalized } }];
    }
  }

  #nextId(): number {
    return Math.max(this.#vocab.size, this.#highestId + 1);
  }
}

/** Whether two versions of a token are the same. */
export function sameFlags(a: TokenFlags, b: TokenFlags): boolean {
  return (
    a.lstrip === b.lstrip &&
    a.rstrip === b.rstrip &&
    a.single_word === b.single_word &&
    a.normalized === b.normalized &&
    a.special === b.special
  );
}
