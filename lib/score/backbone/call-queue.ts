import { dealTurns, joinTurns, leaveTurns, type Taken, type Turn } from "../schedule/fair-turns.js";
import type { Caller, PendingCall, WaitingRequest } from "./pending-call.js";
import type { Wanted } from "./retained.js";
import { Round, type HeldPrefixes, type RoundLimits, type RoundPart } from "./round.js";

/** What waits for a model. */
export interface QueueState {
  /** Calls that are not answered; a stream has one or two at a time. */
  calls: number;
  /** Conversations of these that are in no batch yet. */
  waiting: number;
  /** Tokens of these calls that are not computed, prefixes that they share counted for each. */
  tokens: number;
}

/**
 * Tokens of one turn, as a share of a batch: small enough that several callers have a turn in every batch, and that a new one
 * waits for one batch at most.
 */
const QUANTUM = 1 / 4;

interface Entry {
  readonly signal: AbortSignal | undefined;
  readonly resolve: (states: Float32Array[][]) => void;
  readonly reject: (reason: unknown) => void;
  readonly onAbort: () => void;
}

/** The calls that wait for their states: whose requests come next, and how each call ends. */
export class CallQueue {
  readonly #limits: RoundLimits;
  readonly #quantum: number;
  readonly #onUnwanted: () => void;
  readonly #entries = new Map<PendingCall, Entry>();
  readonly #byCaller = new Map<Caller, Set<PendingCall>>();
  #turns: readonly Turn<Caller>[] = [];
  /** Calls with something in the batch that is being computed. */
  #inRound: ReadonlySet<PendingCall> = new Set();
  #abandoned: WaitingRequest[] = [];

  /** @param onUnwanted called when every call of the batch that is being computed is aborted */
  constructor(limits: RoundLimits, onUnwanted: () => void) {
    this.#limits = limits;
    this.#onUnwanted = onUnwanted;
    this.#quantum = Math.max(1, Math.floor(limits.batchSize * QUANTUM));
  }

  get isBusy(): boolean {
    return this.#entries.size > 0;
  }

  get #isRoundUnwanted(): boolean {
    return [...this.#inRound].every((call) => {
      const entry = this.#entries.get(call);
      return entry === undefined || entry.signal?.aborted === true;
    });
  }

  get state(): QueueState {
    const calls = [...this.#entries.keys()];
    return {
      calls: calls.length,
      waiting: calls.reduce((sum, call) => sum + call.waitingCount, 0),
      tokens: calls.reduce((sum, call) => sum + call.leftTokens, 0),
    };
  }

  /** @returns the states, once all are known */
  add(call: PendingCall, signal: AbortSignal | undefined): Promise<Float32Array[][]> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        // What is being computed for others, too, is finished first.
        if (!this.#inRound.has(call)) this.fail(call, signal?.reason);
        else if (this.#isRoundUnwanted) this.#onUnwanted();
      };
      this.#entries.set(call, { signal, resolve, reject, onAbort });
      signal?.addEventListener("abort", onAbort, { once: true });
      const own = this.#byCaller.get(call.caller);
      if (own === undefined) this.#byCaller.set(call.caller, new Set([call]));
      else own.add(call);
      this.#turns = joinTurns(this.#turns, call.caller, this.#quantum);
    });
  }

  /** Fills the next batch. @param cache what the KV cache holds */
  nextRound(cache: HeldPrefixes): readonly RoundPart[] {
    const begun = [...this.#entries.keys()].flatMap(({ next }) =>
      next === undefined || next.computed === 0 ? [] : next,
    );
    const cells = begun.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const round = new Round(cache, { count: begun.length, cells }, this.#limits);
    this.#turns = dealTurns(this.#turns, this.#quantum, (caller) => this.#take(caller, round));
    this.#inRound = new Set(round.parts.map(({ call }) => call));
    return round.parts;
  }

  /** The batch is computed: calls that are done, or were aborted meanwhile, end. */
  endRound(): void {
    const calls = this.#inRound;
    this.#inRound = new Set();
    for (const call of calls) {
      const entry = this.#entries.get(call);
      if (entry?.signal?.aborted === true) this.fail(call, entry.signal.reason);
      else if (call.isDone) this.#remove(call)?.resolve(call.states);
    }
  }

  /** What the next request of each call is, for the KV cache to keep what they share with it. */
  upcoming(): Wanted[] {
    return [...this.#entries.keys()].flatMap(({ next }) => next ?? []);
  }

  /** Beginnings in the KV cache that nobody goes on with. */
  takeAbandoned(): readonly WaitingRequest[] {
    const abandoned = this.#abandoned;
    this.#abandoned = [];
    return abandoned;
  }

  /** Tells a call how far it is. What its callback throws ends the call. */
  report(call: PendingCall): void {
    if (!this.#entries.has(call)) return;
    try {
      call.report();
    } catch (error) {
      this.fail(call, error);
    }
  }

  /** Ends a call, and takes what waits of it out. */
  fail(call: PendingCall, reason: unknown): void {
    const entry = this.#remove(call);
    if (entry === undefined) return;
    if (call.next !== undefined && call.next.computed > 0) this.#abandoned.push(call.next);
    entry.reject(reason);
  }

  failAll(reason: unknown): void {
    for (const call of [...this.#entries.keys()]) this.fail(call, reason);
  }

  /** A caller's calls stand in line: the first that is not in batches as a whole comes next. */
  #take(caller: Caller, round: Round): Taken {
    for (const call of this.#byCaller.get(caller) ?? []) if (call.next !== undefined) return round.take(call);
    return "nothing";
  }

  #remove(call: PendingCall): Entry | undefined {
    const entry = this.#entries.get(call);
    if (entry === undefined) return undefined;
    this.#entries.delete(call);
    entry.signal?.removeEventListener("abort", entry.onAbort);
    const own = this.#byCaller.get(call.caller);
    own?.delete(call);
    if (own?.size === 0) {
      this.#byCaller.delete(call.caller);
      this.#turns = leaveTurns(this.#turns, call.caller);
    }
    return entry;
  }
}
