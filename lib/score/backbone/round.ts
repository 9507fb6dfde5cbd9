import type { Taken } from "../schedule/fair-turns.js";
import type { PendingCall, WaitingRequest } from "./pending-call.js";
import type { PlanLimits } from "./plan-step.js";
import { insertList, longestMatch, type RadixNode } from "./radix-tree.js";

/** A request, or the next part of one, that goes into a batch. */
export interface RoundPart {
  readonly call: PendingCall;
  readonly request: WaitingRequest;
  /** Tokens that are known afterwards, from the first. */
  readonly end: number;
}

/** Requests whose beginnings are in the KV cache when a round starts. */
export interface Begun {
  readonly count: number;
  /** Cells that they need until they are done. */
  readonly cells: number;
}

/** The limits that decide what goes into one batch. */
export type RoundLimits = Readonly<Omit<PlanLimits, "keptLife">>;

/** Finds what the KV cache holds. */
export interface HeldPrefixes {
  match(tokens: Int32Array, end: number): { length: number } | undefined;
}

/** A request is cut for no less than this share of a batch. */
const SMALLEST_PART = 1 / 16;

/**
 * Fills one batch with requests of all callers, and cuts the one that does not fit: its beginning stays in the KV cache, and it goes
 * on in a later batch. What has begun is never given up for others: a request begins only if it fits into the cache beside all
 * that have. Touches no context.
 */
export class Round {
  readonly parts: RoundPart[] = [];
  readonly #cache: HeldPrefixes;
  readonly #limits: RoundLimits;
  readonly #smallestPart: number;
  readonly #tree: RadixNode = { list: -1, start: 0, end: 0, children: new Map() };
  readonly #lists: Int32Array[] = [];
  #tokensLeft: number;
  #outputsLeft: number;
  #cellsLeft: number;
  #beginningsLeft: number;
  #isFull = false;

  /** @param cache what the KV cache holds */
  constructor(cache: HeldPrefixes, begun: Begun, limits: RoundLimits) {
    this.#cache = cache;
    this.#limits = limits;
    this.#smallestPart = Math.max(1, limits.fewestTokens, Math.floor(limits.batchSize * SMALLEST_PART));
    this.#tokensLeft = limits.batchSize;
    this.#outputsLeft = limits.maxOutputs;
    this.#cellsLeft = limits.contextLength - begun.cells;
    this.#beginningsLeft = Math.max(1, Math.floor(limits.maxHeld / 2)) - begun.count;
  }

  /** Takes the next request of a call, or a part of it. @returns what it costs: the tokens that nothing else computes */
  take(call: PendingCall): Taken {
    const request = call.next;
    if (request === undefined) return "nothing";
    if (this.#isFull) return "full";
    const { tokens, positions } = request;
    const shared = longestMatch(this.#tree, this.#lists, tokens, tokens.length).length;
    const first = positions[request.known] ?? 0;
    const held = Math.min(first, this.#cache.match(tokens, tokens.length)?.length ?? 0);
    const known = Math.max(shared, held);
    const hasBegun = request.computed > 0;
    const cells = hasBegun ? 0 : tokens.length - shared;
    if (cells > this.#cellsLeft && !this.#isFirst) return this.#refuseBeginnings();
    if (held < request.computed) request.isWhole = true;
    const end = request.isWhole ? tokens.length : this.#endOf(request, known);
    if (end === undefined) return this.#close();
    if (end < tokens.length && !hasBegun && this.#beginningsLeft <= 0) return this.#refuseBeginnings();
    this.#add({ call, request, end }, cells);
    const cost = Math.max(0, end - known);
    this.#tokensLeft -= cost;
    if (end < tokens.length || this.#tokensLeft < this.#smallestPart || this.#outputsLeft <= 0) this.#close();
    return cost;
  }

  /** Nothing stands in the way of the first request: it has the cache, all of it, for itself. */
  get #isFirst(): boolean {
    return this.parts.length === 0 && this.#cellsLeft === this.#limits.contextLength;
  }

  /**
   * Where the part of a request ends that still fits, or undefined when it is not worth a cut.
   * @param known tokens that are computed already, or by this batch
   */
  #endOf({ tokens, positions, known: firstSlot }: WaitingRequest, known: number): number | undefined {
    const overflow = positions[firstSlot + this.#outputsLeft] ?? tokens.length;
    const end = Math.min(tokens.length, known + this.#tokensLeft, overflow);
    if (end === tokens.length) return end;
    const cut = Math.min(end, tokens.length - this.#limits.fewestTokens);
    if (cut - known >= this.#smallestPart) return cut;
    if (this.parts.length > 0) return undefined;
    // Alone it takes whatever it needs.
    return cut > known ? cut : tokens.length;
  }

  #add(part: RoundPart, cells: number): void {
    const { call, request, end } = part;
    this.parts.push(part);
    this.#lists.push(request.tokens.subarray(0, end));
    insertList(this.#tree, this.#lists, this.#lists.length - 1);
    this.#cellsLeft -= cells;
    this.#outputsLeft -= wantedUpTo(request, end);
    if (end === request.tokens.length) call.take();
  }

  /** What waits for room in the cache gets it when those that have begun are done: no others begin until then. */
  #refuseBeginnings(): Taken {
    this.#beginningsLeft = 0;
    return "nothing";
  }

  #close(): Taken {
    this.#isFull = true;
    return "full";
  }
}

/** Wanted positions of a request that a part up to `end` makes known. */
export function wantedUpTo({ positions, known }: WaitingRequest, end: number): number {
  let count = 0;
  while ((positions[known + count] ?? Infinity) < end) count++;
  return count;
}
