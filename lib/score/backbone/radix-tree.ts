/**
 * A radix tree over token lists: every distinct prefix of the lists is one place in the tree. Nodes do not copy tokens,
 * they point into one of the lists that spell their path.
 */
export interface RadixNode {
  /** Index of a list whose tokens `[0, end)` spell the path from the root to the end of this node. */
  list: number;
  /** This node's own tokens are positions `[start, end)` of that list. */
  start: number;
  end: number;
  /** By first token. A node has none or at least two. */
  readonly children: Map<number, RadixNode>;
}

/** A node as a depth-first walk meets it. */
export interface VisitedNode {
  node: RadixNode;
  parent: RadixNode;
  isLastChild: boolean;
}

/**
 * Builds the tree in one pass over the tokens. A list that is a prefix of another, or equal to it, gets no node of its own:
 * it ends inside, or at the end of, the other's nodes.
 * @returns the root, which has no tokens of its own.
 */
export function buildRadixTree(lists: readonly Int32Array[]): RadixNode {
  const root: RadixNode = { list: -1, start: 0, end: 0, children: new Map() };
  lists.forEach((_, index) => {
    insertList(root, lists, index);
  });
  return root;
}

/** The longest prefix of `tokens[0, end)` that is in the tree, and a list that has it (−1 when the length is 0). */
export function longestMatch(
  root: RadixNode,
  lists: readonly Int32Array[],
  tokens: Int32Array,
  end: number,
): { list: number; length: number } {
  let match = { list: -1, length: 0 };
  let node: RadixNode | undefined = root;
  while (match.length < end) {
    node = node.children.get(tokenAt(tokens, match.length));
    if (node === undefined) return match;
    match = { list: node.list, length: matchNode(node, lists, tokens, end) };
    if (match.length < node.end) return match;
  }
  return match;
}

/**
 * All nodes but the root, parents before children, the child with most leaves last. With that order a depth-first walk that
 * hands its own sequence to the last child keeps at most log2(leaves) other sequences open, however deep the tree is.
 */
export function depthFirst(root: RadixNode): VisitedNode[] {
  const leaves = countLeaves(root);
  const order: VisitedNode[] = [];
  const stack = childrenByLeaves(root, leaves);
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    order.push(visit);
    for (const child of childrenByLeaves(visit.node, leaves)) stack.push(child);
  }
  return order;
}

/** Children as stack entries: the one with most leaves first, so that it is popped last. */
function childrenByLeaves(parent: RadixNode, leaves: ReadonlyMap<RadixNode, number>): VisitedNode[] {
  const count = (node: RadixNode): number => leaves.get(node) ?? 0;
  return [...parent.children.values()]
    .reverse()
    .sort((a, b) => count(b) - count(a))
    .map((node, index) => ({ node, parent, isLastChild: index === 0 }));
}

function countLeaves(root: RadixNode): ReadonlyMap<RadixNode, number> {
  const order: RadixNode[] = [root];
  // The loop reads what it appends: children come after their parents.
  for (const node of order) for (const child of node.children.values()) order.push(child);
  const leaves = new Map<RadixNode, number>();
  for (const node of order.reverse()) {
    let count = node.children.size === 0 ? 1 : 0;
    for (const child of node.children.values()) count += leaves.get(child) ?? 0;
    leaves.set(node, count);
  }
  return leaves;
}

/** Adds one more list of `lists` to the tree. */
export function insertList(root: RadixNode, lists: readonly Int32Array[], index: number): void {
  const tokens = listAt(lists, index);
  let parent = root;
  while (parent.end < tokens.length) {
    const first = tokenAt(tokens, parent.end);
    const node = parent.children.get(first);
    if (node === undefined) {
      parent.children.set(first, leaf(index, parent.end, tokens.length));
      return;
    }
    const length = matchNode(node, lists, tokens, tokens.length);
    if (length === tokens.length) return;
    if (length < node.end) {
      const upper: RadixNode = { list: node.list, start: node.start, end: length, children: new Map() };
      upper.children.set(tokenAt(listAt(lists, node.list), length), node);
      upper.children.set(tokenAt(tokens, length), leaf(index, length, tokens.length));
      node.start = length;
      parent.children.set(first, upper);
      return;
    }
    if (node.children.size === 0) {
      // A longer list continues a leaf: the leaf grows, so no node ever has a single child.
      node.list = index;
      node.end = tokens.length;
      return;
    }
    parent = node;
  }
}

/** How far `tokens[0, end)` agrees with the path to `node`, given that it agrees up to the node's first token. */
function matchNode(node: RadixNode, lists: readonly Int32Array[], tokens: Int32Array, end: number): number {
  const own = listAt(lists, node.list);
  const stop = Math.min(node.end, end);
  let position = node.start + 1;
  while (position < stop && own[position] === tokens[position]) position++;
  return position;
}

function leaf(list: number, start: number, end: number): RadixNode {
  return { list, start, end, children: new Map() };
}

function listAt(lists: readonly Int32Array[], index: number): Int32Array {
  const list = lists[index];
  if (list === undefined) throw new RangeError(`The radix tree names list ${index}, which does not exist.`);
  return list;
}

function tokenAt(tokens: Int32Array, position: number): number {
  const token = tokens[position];
  if (token === undefined) throw new RangeError(`Position ${position} is outside of the token list.`);
  return token;
}
