import { DisposedError } from "../../errors.js";
import type { NativeContext } from "../native/native-addon.js";
import { CacheLife } from "./cache-life.js";
import { CallQueue, type QueueState } from "./call-queue.js";
import { PendingCall, type HiddenOptions } from "./pending-call.js";
import { PlanRunner } from "./plan-runner.js";
import { checkRequests, type HiddenRequest } from "./request.js";
import { wantedUpTo, type RoundPart } from "./round.js";

export type { HiddenOptions } from "./pending-call.js";

/** Tokens since the context was made. */
export interface BackboneStats {
  /** Sum of the lengths of all requests. */
  requestedTokens: number;
  /** Tokens that were computed. */
  computedTokens: number;
  /** Tokens taken from the cache of an earlier call. */
  reusedTokens: number;
  /** Batches that were computed. */
  batches: number;
  /** Tokens that these batches had room for. */
  roomTokens: number;
}

/**
 * At most a quarter of the sequence ids is kept for later calls: the others are for the candidates of one chunk.
 */
const HELD_SHARE = 4;

/** Owns a native context: fills batches with the requests of all calls that wait, and computes one after the other. */
export class BackboneContext {
  readonly stats: BackboneStats = {
    requestedTokens: 0,
    computedTokens: 0,
    reusedTokens: 0,
    batches: 0,
    roomTokens: 0,
  };
  readonly #runner: PlanRunner;
  readonly #queue: CallQueue;
  /** Tokens that calls took from the cache after a batch of their own had left them there. */
  #ownTokens = 0;
  #running: Promise<void> | undefined;
  #disposal: Promise<void> | undefined;

  /**
   * @param tokenCost what computing a token costs, in masked KV cells; see `tokenCostInCells`
   * @param fewestTokens decodes of fewer tokens are avoided; see the function of that name
   */
  constructor(native: NativeContext, hiddenSize: number, tokenCost: number, fewestTokens: number) {
    const { batchSize, maxOutputs, contextLength, maxSequences } = native.info;
    const maxHeld = Math.floor(maxSequences / HELD_SHARE);
    const limits = { batchSize, maxOutputs, contextLength, maxSequences, maxHeld, fewestTokens };
    this.#runner = new PlanRunner(native, hiddenSize, new CacheLife(tokenCost), limits);
    this.#queue = new CallQueue(limits, () => {
      this.#runner.cancel();
    });
  }

  /** What waits. */
  get queue(): QueueState {
    return this.#queue.state;
  }

  /**
   * Computes hidden states. Calls share batches: each gets its part of every one, by callers.
   * @returns one array per request, one hidden state `[hiddenSize]` per position.
   * @throws InvalidArgumentError, ConversationError `CONVERSATION_TOO_LONG`, DecodeError, DisposedError
   */
  async hiddenStates(
    requests: readonly HiddenRequest[],
    options: HiddenOptions = {},
  ): Promise<Float32Array[][]> {
    const checked = checkRequests(requests, this.#runner.limits.contextLength);
    options.signal?.throwIfAborted();
    this.#checkOpen();
    if (checked.length === 0) return [];
    const call = new PendingCall(checked, options);
    const states = this.#queue.add(call, options.signal);
    this.#running ??= this.#run();
    return states;
  }

  /** Lets the running batch finish, fails everything that waits, and frees the context. May be called twice. */
  dispose(): Promise<void> {
    this.#disposal ??= (this.#running ?? Promise.resolve()).then(() => this.#runner.dispose());
    return this.#disposal;
  }

  #checkOpen(): void {
    if (this.#disposal !== undefined) throw DisposedError.of("The backbone");
  }

  /** Computes batches until nothing waits. */
  async #run(): Promise<void> {
    // Calls made at once begin together.
    await Promise.resolve();
    try {
      while (this.#queue.isBusy && this.#disposal === undefined) {
        const parts = this.#queue.nextRound(this.#runner.cache);
        if (parts.length === 0)
          throw new Error("Internal error: nothing that waits fits into an empty batch.");
        await this.#compute(parts);
        this.#queue.endRound();
        this.#dropAbandoned();
      }
      this.#queue.failAll(DisposedError.of("The backbone"));
    } catch (error) {
      this.#queue.failAll(error);
    }
    this.#dropAbandoned();
    this.#running = undefined;
  }

  /** Beginnings of calls that ended otherwise than well make room. */
  #dropAbandoned(): void {
    for (const { tokens, computed } of this.#queue.takeAbandoned()) this.#runner.drop(tokens, computed);
  }

  /** Computes parts as one batch. When that fails, the parts of each call are tried alone: only those fail that are at fault. */
  async #compute(parts: readonly RoundPart[]): Promise<void> {
    const calls = [...new Set(parts.map(({ call }) => call))];
    try {
      const states = await this.#runner.run({
        requests: parts.map(requestOf),
        wanted: [...parts.map(({ request }) => request), ...this.#queue.upcoming()],
        isTelling: calls.some(({ isNew }) => isNew),
      });
      // Cancelled: the round's end tells the calls why.
      if (states === undefined) return;
      this.#count(parts);
      parts.forEach(({ call, request, end }, index) => {
        call.deliver(request, end, states[index] ?? []);
      });
      for (const call of calls) this.#queue.report(call);
    } catch (error) {
      const [first, ...others] = calls;
      if (first !== undefined && others.length === 0) this.#queue.fail(first, error);
      else for (const call of calls) await this.#compute(parts.filter((part) => part.call === call));
    }
  }

  /** Call before the states are delivered. */
  #count(parts: readonly RoundPart[]): void {
    const { computed, reused, batches } = this.#runner.counts;
    for (const { request, end } of parts) {
      if (end === request.tokens.length) this.stats.requestedTokens += end;
      this.#ownTokens += request.computed;
    }
    this.stats.computedTokens = computed;
    this.stats.reusedTokens = Math.max(0, reused - this.#ownTokens);
    this.stats.batches = batches;
    this.stats.roomTokens = batches * this.#runner.limits.batchSize;
  }
}

/** What the planner gets of a part: the states that are not known yet. */
function requestOf({ request, end }: RoundPart): HiddenRequest {
  const { tokens, positions, known, isGrowing } = request;
  const isWhole = end === tokens.length;
  return {
    tokens: isWhole ? tokens : tokens.subarray(0, end),
    positions: positions.slice(known, known + wantedUpTo(request, end)),
    isGrowing: isWhole && isGrowing,
  };
}
