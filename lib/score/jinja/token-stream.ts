import { JinjaSyntaxError } from "./errors.js";
import type { Token } from "./tag-lexer.js";

const END: Token = { type: "end", value: "" };

/** Tokens, read one after the other. Source: jinja2/lexer.py 3.1.6, `TokenStream`. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#index] ?? END;
  }

  look(): Token {
    return this.#tokens[this.#index + 1] ?? END;
  }

  next(): Token {
    const token = this.current;
    this.#index++;
    return token;
  }

  /** Whether the current token is one of those operators. */
  isOperator(...values: string[]): boolean {
    return this.current.type === "operator" && values.includes(this.current.value);
  }

  isOneOf(operators: ReadonlySet<string>): boolean {
    return this.current.type === "operator" && operators.has(this.current.value);
  }

  /** Whether the current token is one of those words. */
  isName(...values: string[]): boolean {
    return this.current.type === "name" && values.includes(this.current.value);
  }

  skipOperator(value: string): boolean {
    const found = this.isOperator(value);
    if (found) this.#index++;
    return found;
  }

  skipName(value: string): boolean {
    const found = this.isName(value);
    if (found) this.#index++;
    return found;
  }

  expectOperator(value: string): void {
    if (!this.skipOperator(value)) this.fail(`'${value}'`);
  }

  expectWord(value: string): void {
    if (!this.skipName(value)) this.fail(`'${value}'`);
  }

  expect(type: "block_end" | "variable_end"): void {
    if (this.current.type !== type) this.fail(type === "block_end" ? "'%}'" : "'}}'");
    this.#index++;
  }

  /** Any name. */
  expectName(): string {
    const token = this.current;
    if (token.type !== "name") this.fail("a name");
    this.#index++;
    return token.value;
  }

  fail(expected: string): never {
    const { type, value } = this.current;
    const found = value === "" ? type.replace("_", " ") : `'${value}'`;
    throw new JinjaSyntaxError(`expected ${expected}, got ${found}`);
  }
}
