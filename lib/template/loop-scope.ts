import type { TemplateNode } from "./jinja-engine.js";

/** Gives every iteration of every loop of a parsed template a scope of its own, in place: see {@link adaptLoop}. */
export function scopeIterations(program: TemplateNode): void {
  visit(program);
}

function visit(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(visit);
  } else if (isNode(value)) {
    Object.values(value).forEach(visit);
    if (value.type === "For") adaptLoop(value);
  }
}

/**
 * Gives every iteration a scope of its own: the engine makes one for each `for` statement, so the body becomes the body of
 * a second loop that runs once. `loop` stays the outer one. A `break` would leave only the inner loop, and a `continue` would
 * no longer count for `else`, so loops with those keep the engine's scoping.
 */
function adaptLoop(node: TemplateNode): void {
  const { body, defaultBlock } = node;
  if (!Array.isArray(body) || !contains(body, "Set") || contains(body, "Break")) return;
  if (contains(body, "Continue") && Array.isArray(defaultBlock) && defaultBlock.length > 0) return;
  const once = { type: "ArrayLiteral", value: [{ type: "IntegerLiteral", value: 0 }] };
  const assign = (name: string, value: string): TemplateNode => ({
    type: "Set",
    assignee: identifier(name),
    value: identifier(value),
    body: [],
  });
  node["body"] = [
    assign("outer loop", "loop"),
    {
      type: "For",
      loopvar: identifier("once"),
      iterable: once,
      body: [assign("loop", "outer loop"), ...(body as unknown[])],
      defaultBlock: [],
    },
  ];
}

/** Whether a node of that type occurs, not counting the bodies of inner loops. */
function contains(value: unknown, type: string): boolean {
  if (Array.isArray(value)) return value.some((item) => contains(item, type));
  if (!isNode(value) || value.type === "For") return false;
  return value.type === type || Object.values(value).some((item) => contains(item, type));
}

/** Names with a space cannot collide with a template's own. */
function identifier(name: string): TemplateNode {
  return { type: "Identifier", value: name };
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
