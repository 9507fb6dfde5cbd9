import { JinjaSyntaxError } from "./errors.js";
import type { CallArguments, Expression, FilterNode, Slice } from "./nodes.js";
import type { TokenStream } from "./token-stream.js";

/** How to read a list of expressions that may be a tuple. */
export interface TupleRules {
  hasConditional?: boolean;
  /** A word that ends it. */
  endWord?: string;
  isInParentheses?: boolean;
}

const TEST_OPERAND_TYPES: ReadonlySet<string> = new Set(["name", "string", "integer", "float"]);

/** Reads names and literals, and what is put behind them. Source: jinja2/parser.py 3.1.6, `Parser`. */
export abstract class OperandParser {
  protected readonly stream: TokenStream;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  protected abstract parseExpression(hasConditional?: boolean): Expression;

  protected abstract parseTuple(rules?: TupleRules): Expression;

  protected parsePrimary(): Expression {
    const token = this.stream.current;
    switch (token.type) {
      case "name":
        this.stream.next();
        if (/^[tT]rue$/.test(token.value)) return { type: "Constant", value: true };
        if (/^[fF]alse$/.test(token.value)) return { type: "Constant", value: false };
        if (/^[nN]one$/.test(token.value)) return { type: "Constant", value: null };
        return { type: "Name", name: token.value, use: "load" };
      case "string":
        return { type: "Constant", value: this.#adjacentStrings() };
      case "integer":
      case "float":
        this.stream.next();
        return { type: "Constant", value: token.value };
      default:
    }
    if (this.stream.skipOperator("(")) {
      const node = this.parseTuple({ isInParentheses: true });
      this.stream.expectOperator(")");
      return node;
    }
    if (this.stream.skipOperator("["))
      return { type: "List", items: this.#listed("]", () => this.parseExpression()) };
    if (this.stream.skipOperator("{"))
      return { type: "Dict", entries: this.#listed("}", () => this.#entry()) };
    this.stream.fail("an expression");
  }

  #adjacentStrings(): string {
    let text = "";
    for (let token = this.stream.current; token.type === "string"; token = this.stream.current) {
      text += token.value;
      this.stream.next();
    }
    return text;
  }

  #entry(): { key: Expression; value: Expression } {
    const key = this.parseExpression();
    this.stream.expectOperator(":");
    return { key, value: this.parseExpression() };
  }

  /** Items with commas between them, and maybe one behind, up to a bracket. */
  #listed<Item>(end: string, parse: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.stream.isOperator(end)) {
      if (items.length > 0) this.stream.expectOperator(",");
      if (this.stream.isOperator(end)) break;
      items.push(parse());
    }
    this.stream.expectOperator(end);
    return items;
  }

  protected parsePostfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.skipOperator(".")) node = this.#attribute(node);
      else if (this.stream.skipOperator("[")) node = { type: "Item", object: node, key: this.#subscript() };
      else if (this.stream.isOperator("(")) node = { type: "Call", callee: node, ...this.#arguments() };
      else return node;
    }
  }

  #attribute(object: Expression): Expression {
    const token = this.stream.next();
    if (token.type === "name") return { type: "Attribute", object, name: token.value };
    if (token.type === "integer")
      return { type: "Item", object, key: { type: "Constant", value: token.value } };
    throw new JinjaSyntaxError("expected name or number");
  }

  #subscript(): Expression | Slice {
    const keys: (Expression | Slice)[] = [];
    while (!this.stream.isOperator("]")) {
      if (keys.length > 0) this.stream.expectOperator(",");
      keys.push(this.#subscribed());
    }
    this.stream.expectOperator("]");
    const [first] = keys;
    if (keys.length === 1 && first !== undefined) return first;
    if (keys.some(({ type }) => type === "Slice")) throw new JinjaSyntaxError("a slice among several keys");
    return { type: "Tuple", items: keys as Expression[] };
  }

  #subscribed(): Expression | Slice {
    const isEnd = (): boolean => this.stream.isOperator("]", ",");
    const start = this.stream.isOperator(":") ? null : this.parseExpression();
    if (!this.stream.skipOperator(":")) return start ?? this.stream.fail("an expression");
    const stop = this.stream.isOperator(":") || isEnd() ? null : this.parseExpression();
    const step = this.stream.skipOperator(":") && !isEnd() ? this.parseExpression() : null;
    return { type: "Slice", start, stop, step };
  }

  protected parseFilters(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.isOperator("|")) node = this.parseFilter(node) ?? node;
      else if (this.stream.skipName("is")) node = this.#test(node);
      else if (this.stream.isOperator("(")) node = { type: "Call", callee: node, ...this.#arguments() };
      else return node;
    }
  }

  /** @param isInline whether the first filter has no bar in front, as in filter blocks */
  protected parseFilter(operand: Expression | null, isInline = false): FilterNode | null {
    let node: FilterNode | null = null;
    for (let isFirst = isInline; isFirst || this.stream.isOperator("|"); isFirst = false) {
      if (!isFirst) this.stream.next();
      const name = this.#dottedName();
      node = { type: "Filter", operand: node ?? operand, name, ...this.#maybeArguments() };
    }
    return node;
  }

  #dottedName(): string {
    let name = this.stream.expectName();
    while (this.stream.skipOperator(".")) name += `.${this.stream.expectName()}`;
    return name;
  }

  #maybeArguments(): CallArguments {
    return this.stream.isOperator("(") ? this.#arguments() : noArguments();
  }

  #test(operand: Expression): Expression {
    const isNegated = this.stream.skipName("not");
    const name = this.#dottedName();
    const test: Expression = { type: "Test", operand, name, ...this.#argumentsOfTest() };
    return isNegated ? { type: "Not", operand: test } : test;
  }

  /** A test takes one argument without parentheses, too. */
  #argumentsOfTest(): CallArguments {
    if (this.stream.isOperator("(")) return this.#arguments();
    const isOperand = TEST_OPERAND_TYPES.has(this.stream.current.type) || this.stream.isOperator("[", "{");
    if (!isOperand || this.stream.isName("else", "or", "and")) return noArguments();
    if (this.stream.isName("is")) throw new JinjaSyntaxError("You cannot chain multiple tests with is");
    return { args: [this.parsePostfix(this.parsePrimary())], named: [], moreArgs: null, moreNamed: null };
  }

  #arguments(): CallArguments {
    const call: CallArguments = noArguments();
    const ensure = (isValid: boolean): void => {
      if (!isValid) throw new JinjaSyntaxError("invalid syntax for function call expression");
    };
    this.stream.expectOperator("(");
    for (let isFirst = true; !this.stream.isOperator(")"); isFirst = false) {
      if (!isFirst) {
        this.stream.expectOperator(",");
        if (this.stream.isOperator(")")) break;
      }
      const next = this.stream.look();
      if (this.stream.skipOperator("*")) {
        ensure(call.moreArgs === null && call.moreNamed === null);
        call.moreArgs = this.parseExpression();
      } else if (this.stream.skipOperator("**")) {
        ensure(call.moreNamed === null);
        call.moreNamed = this.parseExpression();
      } else if (this.stream.current.type === "name" && next.type === "operator" && next.value === "=") {
        ensure(call.moreNamed === null);
        const name = this.stream.expectName();
        this.stream.next();
        ensure(call.named.every((other) => other.name !== name));
        call.named.push({ name, value: this.parseExpression() });
      } else {
        ensure(call.moreArgs === null && call.moreNamed === null && call.named.length === 0);
        call.args.push(this.parseExpression());
      }
    }
    this.stream.expectOperator(")");
    return call;
  }
}

function noArguments(): CallArguments {
  return { args: [], named: [], moreArgs: null, moreNamed: null };
}
