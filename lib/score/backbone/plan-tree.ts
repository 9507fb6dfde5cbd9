import { buildRadixTree, depthFirst, type RadixNode } from "./radix-tree.js";
import type { HiddenRequest } from "./request.js";

/** Where a hidden state goes: entry `slot` of request `request`. */
export interface OutputTarget {
  request: number;
  slot: number;
}

/** Tokens that are computed one after the other in one sequence: a node of the requests' prefix tree. */
export interface Segment {
  /** A token list that spells everything from position 0 to `end`. */
  tokens: Int32Array;
  start: number;
  end: number;
  /** Index of the segment this one continues, or −1. */
  parent: number;
  /** Last of its parent's children: it may go on in the parent's own sequence. */
  isLastChild: boolean;
  isLeaf: boolean;
  /** Wanted hidden states by position. Equal prefixes are computed once, so one row may have several targets. */
  outputs: Map<number, OutputTarget[]>;
  /** First wanted position on the way from position 0 to `end`; Infinity when there is none. */
  firstOutput: number;
}

/** The prefix tree of the requests as segments, parents before children, in the order they are to be computed. */
export function planSegments(requests: readonly HiddenRequest[]): Segment[] {
  const lists = requests.map((request) => request.tokens);
  const root = buildRadixTree(lists);
  const segments: Segment[] = [];
  const indexOf = new Map<RadixNode, number>([[root, -1]]);
  for (const { node, parent, isLastChild } of depthFirst(root)) {
    indexOf.set(node, segments.length);
    segments.push({
      tokens: lists[node.list] ?? new Int32Array(),
      start: node.start,
      end: node.end,
      parent: indexOf.get(parent) ?? -1,
      // The root has no sequence that a child could go on in.
      isLastChild: isLastChild && parent !== root,
      isLeaf: node.children.size === 0,
      outputs: new Map(),
      firstOutput: Infinity,
    });
  }
  requests.forEach((request, index) => {
    assignOutputs(root, request, index, (node) => segments[indexOf.get(node) ?? -1]);
  });
  for (const segment of segments) {
    const inherited = segments[segment.parent]?.firstOutput ?? Infinity;
    segment.firstOutput = Math.min(inherited, segment.firstOutput);
  }
  return segments;
}

function assignOutputs(
  root: RadixNode,
  request: HiddenRequest,
  index: number,
  segmentOf: (node: RadixNode) => Segment | undefined,
): void {
  let node: RadixNode | undefined = root;
  request.positions.forEach((position, slot) => {
    while (node !== undefined && node.end <= position) {
      node = node.children.get(request.tokens[node.end] ?? -1);
    }
    const segment = node && segmentOf(node);
    if (segment === undefined) throw new RangeError(`Position ${position} is outside of the prefix tree.`);
    const targets = segment.outputs.get(position);
    if (targets === undefined) segment.outputs.set(position, [{ request: index, slot }]);
    else targets.push({ request: index, slot });
    segment.firstOutput = Math.min(segment.firstOutput, position);
  });
}
