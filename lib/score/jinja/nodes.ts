/** The syntax tree. Source: jinja2/nodes.py 3.1.6. */
export type Constant = null | boolean | bigint | number | string;

export type Operator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

/** How a name is used: read, assigned, or a parameter. */
export type NameUse = "load" | "store" | "param";

export interface Name {
  type: "Name";
  name: string;
  use: NameUse;
}

/** `namespace.attribute` as a target. */
export interface NamespaceTarget {
  type: "NamespaceTarget";
  name: string;
  attribute: string;
}

export interface TupleNode {
  type: "Tuple";
  items: Expression[];
}

export interface CallArguments {
  args: Expression[];
  named: { name: string; value: Expression }[];
  /** `*args`, `**kwargs`. */
  moreArgs: Expression | null;
  moreNamed: Expression | null;
}

export interface Call extends CallArguments {
  type: "Call";
  callee: Expression;
}

export interface FilterNode extends CallArguments {
  type: "Filter";
  /** Null for the body of a block. */
  operand: Expression | null;
  name: string;
}

export interface Slice {
  type: "Slice";
  start: Expression | null;
  stop: Expression | null;
  step: Expression | null;
}

export type Expression =
  | { type: "Constant"; value: Constant }
  | Name
  | NamespaceTarget
  | TupleNode
  | { type: "List"; items: Expression[] }
  | { type: "Dict"; entries: { key: Expression; value: Expression }[] }
  | { type: "Conditional"; test: Expression; then: Expression; otherwise: Expression | null }
  | { type: "Binary"; operator: Operator; left: Expression; right: Expression }
  | { type: "Logical"; operator: "and" | "or"; left: Expression; right: Expression }
  | { type: "Not"; operand: Expression }
  | { type: "Sign"; operator: "+" | "-"; operand: Expression }
  | { type: "Concat"; items: Expression[] }
  | { type: "Compare"; first: Expression; rest: { operator: Comparison; operand: Expression }[] }
  | { type: "Attribute"; object: Expression; name: string }
  | { type: "Item"; object: Expression; key: Expression | Slice }
  | Call
  | FilterNode
  | ({ type: "Test"; operand: Expression; name: string } & CallArguments);

/** What can be assigned to. */
export type Target = Name | NamespaceTarget | TupleNode;

export interface MacroNode {
  type: "Macro";
  name: string;
  parameters: Name[];
  /** Of the last parameters. */
  defaults: Expression[];
  body: Statement[];
}

export interface CallBlock {
  type: "CallBlock";
  /** Null for a generation block of transformers, which only has its body written. */
  call: Call | null;
  parameters: Name[];
  defaults: Expression[];
  body: Statement[];
}

export interface If {
  type: "If";
  test: Expression;
  body: Statement[];
  elifs: If[];
  otherwise: Statement[];
}

export interface For {
  type: "For";
  target: Target;
  iterable: Expression;
  body: Statement[];
  otherwise: Statement[];
  filter: Expression | null;
  isRecursive: boolean;
}

export interface With {
  type: "With";
  targets: Target[];
  values: Expression[];
  body: Statement[];
}

export interface FilterBlock {
  type: "FilterBlock";
  body: Statement[];
  filter: FilterNode;
}

export interface AssignBlock {
  type: "AssignBlock";
  target: Target;
  filter: FilterNode | null;
  body: Statement[];
}

export type Statement =
  | { type: "Text"; text: string }
  | { type: "Output"; value: Expression }
  | { type: "Assign"; target: Target; value: Expression }
  | { type: "Break" }
  | { type: "Continue" }
  | AssignBlock
  | CallBlock
  | FilterBlock
  | For
  | If
  | MacroNode
  | With;

export type Node = Expression | Slice | Statement;
