import type { Comparison, Expression, Operator, TupleNode } from "./nodes.js";
import { OperandParser, type TupleRules } from "./parse-operand.js";

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
const SUMS: ReadonlySet<string> = new Set(["+", "-"]);
const PRODUCTS: ReadonlySet<string> = new Set(["*", "/", "//", "%"]);
const POWERS: ReadonlySet<string> = new Set(["**"]);

/** Reads expressions by descent, with Jinja2's precedence. Source: jinja2/parser.py 3.1.6, `Parser`. */
export class ExpressionParser extends OperandParser {
  parseExpression(hasConditional = true): Expression {
    return hasConditional ? this.#conditional() : this.#or();
  }

  parseTuple({ hasConditional = true, endWord, isInParentheses = false }: TupleRules = {}): Expression {
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.stream.expectOperator(",");
      if (this.isTupleEnd(endWord)) break;
      items.push(this.parseExpression(hasConditional));
      if (!this.stream.isOperator(",")) break;
      isTuple = true;
    }
    const [first] = items;
    if (!isTuple && first !== undefined) return first;
    if (!isTuple && !isInParentheses) this.stream.fail("an expression");
    return { type: "Tuple", items } satisfies TupleNode;
  }

  protected isTupleEnd(endWord: string | undefined): boolean {
    const { type } = this.stream.current;
    if (type === "variable_end" || type === "block_end" || this.stream.isOperator(")")) return true;
    return endWord !== undefined && this.stream.isName(endWord);
  }

  #conditional(): Expression {
    let expression = this.#or();
    while (this.stream.skipName("if")) {
      const test = this.#or();
      const otherwise = this.stream.skipName("else") ? this.#conditional() : null;
      expression = { type: "Conditional", test, then: expression, otherwise };
    }
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.stream.skipName("or")) left = { type: "Logical", operator: "or", left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.stream.skipName("and")) left = { type: "Logical", operator: "and", left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    return this.stream.skipName("not") ? { type: "Not", operand: this.#not() } : this.#compare();
  }

  #compare(): Expression {
    const first = this.#sum();
    const rest: { operator: Comparison; operand: Expression }[] = [];
    for (;;) {
      const operator = this.#comparison();
      if (operator === undefined) break;
      rest.push({ operator, operand: this.#sum() });
    }
    return rest.length === 0 ? first : { type: "Compare", first, rest };
  }

  #comparison(): Comparison | undefined {
    const { type, value } = this.stream.current;
    if (type === "operator" && COMPARISONS.has(value)) {
      this.stream.next();
      return value as Comparison;
    }
    if (this.stream.skipName("in")) return "in";
    const next = this.stream.look();
    if (!this.stream.isName("not") || next.type !== "name" || next.value !== "in") return undefined;
    this.stream.next();
    this.stream.next();
    return "not in";
  }

  #binary(operators: ReadonlySet<string>, operand: () => Expression): Expression {
    let left = operand();
    while (this.stream.isOneOf(operators)) {
      const operator = this.stream.next().value as Operator;
      left = { type: "Binary", operator, left, right: operand() };
    }
    return left;
  }

  #sum(): Expression {
    return this.#binary(SUMS, () => this.#concat());
  }

  #concat(): Expression {
    const first = this.#product();
    if (!this.stream.isOperator("~")) return first;
    const items = [first];
    while (this.stream.skipOperator("~")) items.push(this.#product());
    return { type: "Concat", items };
  }

  #product(): Expression {
    return this.#binary(PRODUCTS, () => this.#power());
  }

  #power(): Expression {
    return this.#binary(POWERS, () => this.#unary(true));
  }

  #unary(hasFilter: boolean): Expression {
    let node: Expression;
    if (this.stream.isOperator("-", "+")) {
      const operator = this.stream.next().value === "-" ? "-" : "+";
      node = { type: "Sign", operator, operand: this.#unary(false) };
    } else node = this.parsePrimary();
    node = this.parsePostfix(node);
    return hasFilter ? this.parseFilters(node) : node;
  }
}
