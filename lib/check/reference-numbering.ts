/** An added token in the form that tokenizer.json lists it in. */
export interface ListedToken {
  id: number;
  content: string;
  lstrip: boolean;
  rstrip: boolean;
  single_word: boolean;
  normalized: boolean;
  special: boolean;
}

export type Token = Omit<ListedToken, "id">;

/** The tokenizers library's numbering of added tokens. Source: tokenizers 0.23, `AddedVocabulary::add_tokens`. */
export class Numbering {
  readonly #ids = new Map<string, number>();
  readonly #byText = new Map<string, Token>();
  readonly #vocab: ReadonlyMap<string, number>;
  #highest = -1;

  constructor(vocab: Readonly<Record<string, unknown>>) {
    this.#vocab = new Map(Object.entries(vocab).map(([text, id]) => [text, Number(id)]));
  }

  has(content: string): boolean {
    return this.#byText.has(content);
  }

  add({ content, special, normalized, lstrip, rstrip, single_word }: Token): void {
    if (content === "") return;
    const next = Math.max(this.#highest + 1, this.#vocab.size);
    const id = this.#ids.get(content) ?? this.#vocab.get(content) ?? next;
    this.#highest = Math.max(this.#highest, id);
    this.#ids.set(content, id);
    this.#byText.set(content, { content, special, normalized, lstrip, rstrip, single_word });
  }

  tokens(): ListedToken[] {
    return [...this.#byText].map(([content, token]) => ({ id: this.#ids.get(content) ?? -1, ...token }));
  }
}

export function print({ content, lstrip, rstrip, single_word, normalized, special }: Token): string {
  return JSON.stringify([content, lstrip, rstrip, single_word, normalized, special]);
}
