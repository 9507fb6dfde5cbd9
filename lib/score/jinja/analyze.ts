import type {
  CallArguments,
  CallBlock,
  Expression,
  For,
  MacroNode,
  Node,
  Slice,
  Statement,
} from "./nodes.js";
import type { Symbols } from "./symbols.js";

/** Finds the names of a block. Blocks within it, which have names of their own, are left out. Source: jinja2/idtracking.py 3.1.6. */
export function analyze(nodes: readonly (Node | null)[], symbols: Symbols): void {
  for (const node of nodes) if (node !== null) visit(node, symbols);
}

/** The names of a loop's target are parameters of its body. */
export function declareTarget(node: Expression, symbols: Symbols): void {
  if (node.type === "Name") symbols.declareParameter(node.name);
  else if (node.type === "Tuple") for (const item of node.items) declareTarget(item, symbols);
}

function visit(node: Node, symbols: Symbols): void {
  switch (node.type) {
    case "Name":
      if (node.use === "param") symbols.declareParameter(node.name);
      else if (node.use === "store") symbols.store(node.name);
      else symbols.load(node.name);
      break;
    case "NamespaceTarget":
      symbols.load(node.name);
      break;
    case "If": {
      visit(node.test, symbols);
      const branches = [node.body, node.elifs, node.otherwise].map((nodes: readonly Statement[]) => {
        const branch = symbols.copy();
        analyze(nodes, branch);
        return branch;
      });
      symbols.updateFromBranches(branches);
      break;
    }
    case "Macro":
      symbols.store(node.name);
      break;
    case "Assign":
      visit(node.value, symbols);
      visit(node.target, symbols);
      break;
    case "For":
      visit(node.iterable, symbols);
      break;
    case "CallBlock":
      if (node.call !== null) visit(node.call, symbols);
      break;
    case "FilterBlock":
      visit(node.filter, symbols);
      break;
    case "With":
      analyze(node.values, symbols);
      break;
    case "AssignBlock":
      visit(node.target, symbols);
      break;
    default:
      analyze(childrenOf(node), symbols);
  }
}

/** The direct parts of an expression or of a statement without a block. */
function childrenOf(node: Exclude<Node, For>): (Expression | Slice | null)[] {
  switch (node.type) {
    case "Tuple":
    case "List":
    case "Concat":
      return node.items;
    case "Dict":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "Conditional":
      return [node.test, node.then, node.otherwise];
    case "Binary":
    case "Logical":
      return [node.left, node.right];
    case "Not":
    case "Sign":
      return [node.operand];
    case "Compare":
      return [node.first, ...node.rest.map(({ operand }) => operand)];
    case "Attribute":
      return [node.object];
    case "Item":
      return [node.object, node.key];
    case "Slice":
      return [node.start, node.stop, node.step];
    case "Call":
      return [node.callee, ...argumentsOf(node)];
    case "Filter":
    case "Test":
      return [node.operand, ...argumentsOf(node)];
    case "Output":
      return [node.value];
    default:
      return [];
  }
}

function argumentsOf({ args, named, moreArgs, moreNamed }: CallArguments): (Expression | null)[] {
  return [...args, ...named.map(({ value }) => value), moreArgs, moreNamed];
}

/** Which of the names a body reads before it makes them its own. Source: jinja2/compiler.py 3.1.6, `find_undeclared`. */
export function findUndeclared(body: readonly Statement[], names: readonly string[]): ReadonlySet<string> {
  const wanted = new Set(names);
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (isNode(value)) {
      if (value.type !== "Name") Object.values(value).forEach(walk);
      else if (value.use === "load" && wanted.has(value.name)) found.add(value.name);
      else wanted.delete(value.name);
    }
  };
  walk(body);
  return found;
}

/** Whether a body assigns to that name anywhere. */
export function assigns(nodes: For | MacroNode | CallBlock, name: string): boolean {
  const walk = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(walk);
    if (!isNode(value)) return false;
    return value.type === "Name"
      ? value.use === "store" && value.name === name
      : Object.values(value).some(walk);
  };
  return walk(nodes);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}
