import { JinjaSyntaxError } from "./errors.js";
import type { Call, Expression, If, Name, Statement, Target } from "./nodes.js";
import { ExpressionParser } from "./parse-expression.js";
import { TokenStream } from "./token-stream.js";
import type { Token } from "./tag-lexer.js";

/** What would need a second template, or would change how texts are escaped. */
const REFUSED_TAGS: ReadonlySet<string> = new Set([
  "autoescape",
  "block",
  "extends",
  "from",
  "import",
  "include",
]);

/** @throws JinjaSyntaxError */
export function parse(tokens: readonly Token[]): Statement[] {
  return new StatementParser(new TokenStream(tokens)).parseBody([]);
}

/** Reads statements. Source: jinja2/parser.py 3.1.6; the tag `generation`: transformers 5.24.0, utils/chat_template_utils.py. */
class StatementParser extends ExpressionParser {
  /** Statements up to a tag with one of those names, which stays the current token; without names, up to the end. */
  parseBody(endTags: readonly string[]): Statement[] {
    const body: Statement[] = [];
    for (;;) {
      const token = this.stream.next();
      switch (token.type) {
        case "text":
          body.push({ type: "Text", text: token.value });
          break;
        case "variable_begin":
          body.push({ type: "Output", value: this.parseTuple() });
          this.stream.expect("variable_end");
          break;
        case "block_begin":
          if (this.#isAt(endTags)) return body;
          for (const statement of this.#statement()) body.push(statement);
          this.stream.expect("block_end");
          break;
        case "end":
          if (endTags.length === 0) return body;
          throw new JinjaSyntaxError(
            `Unexpected end of template. Jinja was looking for: ${endTags.join(" or ")}`,
          );
        default:
          throw new JinjaSyntaxError("internal parsing error");
      }
    }
  }

  #isAt(tags: readonly string[]): boolean {
    const { type, value } = this.stream.current;
    return type === "name" && tags.includes(value);
  }

  /** The body of a tag, whose end tag becomes the current token. A colon may end the tag, as in Python. */
  #block(...endTags: string[]): Statement[] {
    this.stream.skipOperator(":");
    this.stream.expect("block_end");
    return this.parseBody(endTags);
  }

  /** As above, with the end tag's name read. */
  #blockUpTo(endTag: string): Statement[] {
    const body = this.#block(endTag);
    this.stream.next();
    return body;
  }

  #statement(): Statement[] {
    const tag = this.stream.current;
    if (tag.type !== "name") throw new JinjaSyntaxError("tag name expected");
    this.stream.next();
    switch (tag.value) {
      case "for":
        return [this.#for()];
      case "if":
        return [this.#if()];
      case "set":
        return [this.#set()];
      case "macro": {
        const name = this.stream.expectName();
        return [
          {
            type: "Macro",
            name: this.#assignable(name),
            ...this.#signature(),
            body: this.#blockUpTo("endmacro"),
          },
        ];
      }
      case "call":
        return [this.#call()];
      case "filter": {
        const filter = this.parseFilter(null, true) ?? this.stream.fail("a filter");
        return [{ type: "FilterBlock", filter, body: this.#blockUpTo("endfilter") }];
      }
      case "with":
        return [this.#with()];
      case "print":
        return this.#print();
      case "break":
        return [{ type: "Break" }];
      case "continue":
        return [{ type: "Continue" }];
      case "generation": {
        const body = this.#blockUpTo("endgeneration");
        return [{ type: "CallBlock", call: null, parameters: [], defaults: [], body }];
      }
      default:
        if (REFUSED_TAGS.has(tag.value)) throw new JinjaSyntaxError(`the tag ${tag.value} is not supported`);
        throw new JinjaSyntaxError(`Encountered unknown tag '${tag.value}'`);
    }
  }

  #for(): Statement {
    const target = this.#target("in", false);
    this.stream.expectWord("in");
    const iterable = this.parseTuple({ hasConditional: false, endWord: "recursive" });
    const filter = this.stream.skipName("if") ? this.parseExpression() : null;
    const isRecursive = this.stream.skipName("recursive");
    const body = this.#block("endfor", "else");
    const otherwise = this.stream.expectName() === "else" ? this.#blockUpTo("endfor") : [];
    return { type: "For", target, iterable, filter, isRecursive, body, otherwise };
  }

  #if(): If {
    const result = this.#branch();
    for (;;) {
      const end = this.stream.expectName();
      if (end === "elif") result.elifs.push(this.#branch());
      else {
        if (end === "else") result.otherwise = this.#blockUpTo("endif");
        return result;
      }
    }
  }

  #branch(): If {
    const test = this.parseTuple({ hasConditional: false });
    return { type: "If", test, body: this.#block("elif", "else", "endif"), elifs: [], otherwise: [] };
  }

  #set(): Statement {
    const target = this.#target(undefined, true);
    if (this.stream.skipOperator("=")) return { type: "Assign", target, value: this.parseTuple() };
    const filter = this.parseFilter(null);
    return { type: "AssignBlock", target, filter, body: this.#blockUpTo("endset") };
  }

  #with(): Statement {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (this.stream.current.type !== "block_end") {
      if (targets.length > 0) this.stream.expectOperator(",");
      targets.push(asParameter(this.#target(undefined, false)));
      this.stream.expectOperator("=");
      values.push(this.parseExpression());
    }
    return { type: "With", targets, values, body: this.#blockUpTo("endwith") };
  }

  #print(): Statement[] {
    const outputs: Statement[] = [];
    while (this.stream.current.type !== "block_end") {
      if (outputs.length > 0) this.stream.expectOperator(",");
      outputs.push({ type: "Output", value: this.parseExpression() });
    }
    return outputs;
  }

  #call(): Statement {
    const signature = this.stream.isOperator("(") ? this.#signature() : { parameters: [], defaults: [] };
    const call = this.parseExpression();
    if (call.type !== "Call") throw new JinjaSyntaxError("expected call");
    return { type: "CallBlock", ...signature, call: call satisfies Call, body: this.#blockUpTo("endcall") };
  }

  #signature(): { parameters: Name[]; defaults: Expression[] } {
    const parameters: Name[] = [];
    const defaults: Expression[] = [];
    this.stream.expectOperator("(");
    while (!this.stream.isOperator(")")) {
      if (parameters.length > 0) this.stream.expectOperator(",");
      const name = this.#assignable(this.stream.expectName());
      if (parameters.some((other) => other.name === name))
        throw new JinjaSyntaxError(`duplicate parameter '${name}'`);
      parameters.push({ type: "Name", name, use: "param" });
      if (this.stream.skipOperator("=")) defaults.push(this.parseExpression());
      else if (defaults.length > 0)
        throw new JinjaSyntaxError("non-default argument follows default argument");
    }
    this.stream.expectOperator(")");
    return { parameters, defaults };
  }

  /** @param endWord the word behind it, in loops */
  #target(endWord: string | undefined, hasNamespaces: boolean): Target {
    const items: Target[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.stream.expectOperator(",");
      if (this.isTupleEnd(endWord)) break;
      items.push(this.#oneTarget(hasNamespaces));
      if (!this.stream.isOperator(",")) break;
      isTuple = true;
    }
    const [first] = items;
    if (!isTuple && first !== undefined) return first;
    if (!isTuple) this.stream.fail("an expression");
    return { type: "Tuple", items };
  }

  #oneTarget(hasNamespaces: boolean): Target {
    if (hasNamespaces && this.stream.current.type === "name") {
      const next = this.stream.look();
      if (next.type === "operator" && next.value === ".") {
        const name = this.stream.expectName();
        if (/^(?:[tT]rue|[fF]alse|[nN]one)$/.test(name))
          throw new JinjaSyntaxError("can't assign to a constant");
        this.stream.next();
        return { type: "NamespaceTarget", name, attribute: this.stream.expectName() };
      }
    }
    return this.#asTarget(this.parsePrimary());
  }

  #asTarget(node: Expression): Target {
    if (node.type === "Name") return { ...node, name: this.#assignable(node.name), use: "store" };
    if (node.type === "Tuple")
      return { type: "Tuple", items: node.items.map((item) => this.#asTarget(item)) };
    throw new JinjaSyntaxError(`can't assign to a ${node.type.toLowerCase()}`);
  }

  #assignable(name: string): string {
    if (/^(?:[tT]rue|[fF]alse|[nN]one)$/.test(name)) throw new JinjaSyntaxError(`can't assign to '${name}'`);
    return name;
  }
}

function asParameter(target: Target): Target {
  if (target.type === "Tuple")
    return { type: "Tuple", items: target.items.map((item) => asParameter(item as Target)) };
  return target.type === "Name" ? { ...target, use: "param" } : target;
}
