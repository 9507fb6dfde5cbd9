import { DecodeError, DisposedError } from "../../errors.js";
import { fromNative } from "../native/from-native.js";
import type { NativeContext } from "../native/native-addon.js";
import type { Progress } from "../score.js";
import { FifoQueue } from "../../util/fifo-queue.js";
import { BatchPlan } from "./batch-plan.js";
import { CacheLife } from "./cache-life.js";
import type { DecodeStep, PlanCounts, PlanLimits, SequenceOperation } from "./plan-step.js";
import type { HeldSequence } from "./prefix-cache.js";
import { checkRequests, type HiddenRequest } from "./request.js";
import { sliceRequests } from "./slices.js";

/** Options of one call. */
export interface HiddenOptions {
  /** Checked before the start and between chunks; the call rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** Phase `decode`, in tokens, after every chunk. An error it throws fails the call. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Tokens since the context was made. */
export interface BackboneStats {
  /** Sum of the lengths of all requests. */
  requestedTokens: number;
  /** Tokens that were computed. */
  computedTokens: number;
  /** Tokens taken from the cache of an earlier call. */
  reusedTokens: number;
}

/**
 * At most a quarter of the sequence ids is kept for later calls: the others are for the candidates of one chunk.
 */
const HELD_SHARE = 4;

/** New tokens, in batches, after which another caller gets its turn. */
const SLICE_BATCHES = 4;

/** Owns a native context: plans calls, runs them one at a time, keeps prefixes for later calls. */
export class BackboneContext {
  readonly stats: BackboneStats = { requestedTokens: 0, computedTokens: 0, reusedTokens: 0 };
  readonly #native: NativeContext;
  readonly #hiddenSize: number;
  readonly #limits: Omit<PlanLimits, "keptLife">;
  readonly #life: CacheLife;
  readonly #queue = new FifoQueue();
  #held: readonly HeldSequence[] = [];
  #disposal: Promise<void> | undefined;

  /**
   * @param tokenCost what computing a token costs, in masked KV cells; see `tokenCostInCells`
   * @param fewestTokens decodes of fewer tokens are avoided; see the function of that name
   */
  constructor(native: NativeContext, hiddenSize: number, tokenCost: number, fewestTokens: number) {
    this.#native = native;
    this.#hiddenSize = hiddenSize;
    this.#life = new CacheLife(tokenCost);
    const { batchSize, maxOutputs, contextLength, maxSequences } = native.info;
    const maxHeld = Math.floor(maxSequences / HELD_SHARE);
    this.#limits = { batchSize, maxOutputs, contextLength, maxSequences, maxHeld, fewestTokens };
  }

  /**
   * Computes hidden states. Calls take turns: each works on a few batches, then the next one in the queue goes on.
   * @returns one array per request, one hidden state `[hiddenSize]` per position.
   * @throws InvalidArgumentError, ConversationError `CONVERSATION_TOO_LONG`, DecodeError, DisposedError
   */
  async hiddenStates(
    requests: readonly HiddenRequest[],
    options: HiddenOptions = {},
  ): Promise<Float32Array[][]> {
    const checked = checkRequests(requests, this.#limits.contextLength);
    const total = countTokens(checked);
    const results = checked.map((): Float32Array[] => []);
    let done = 0;
    const { batchSize, fewestTokens } = this.#limits;
    for (const slice of sliceRequests(checked, SLICE_BATCHES * batchSize, fewestTokens)) {
      const part = slice.flatMap((index) => checked[index] ?? []);
      const tokens = countTokens(part);
      const report = (share: number): void => {
        options.onProgress?.({
          phase: "decode",
          unit: "tokens",
          done: done + Math.round(share * tokens),
          total,
        });
      };
      const { states, counts } = await this.#queue.run(() =>
        this.#computeSound(part, options.signal, report),
      );
      // Later slices use what the first one left: that says nothing about calls.
      if (done === 0) this.#life.learn(counts);
      slice.forEach((request, index) => {
        results[request] = states[index] ?? [];
      });
      done += tokens;
    }
    return results;
  }

  /** Lets the running chunk finish, fails everything that waits, and frees the context. May be called twice. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#queue.idle().then(() => this.#native.dispose());
    return this.#disposal;
  }

  /**
   * Computes one slice. When a hidden state is NaN or infinite, what overflowed stays in the cells of the KV cache and spoils
   * everything that is computed beside it or after it: the cells are wiped, and each broken request is computed again alone.
   * One that is broken then keeps its broken states, which are its own.
   */
  async #computeSound(
    requests: readonly HiddenRequest[],
    signal: AbortSignal | undefined,
    report: (share: number) => void,
  ): Promise<{ states: Float32Array[][]; counts: PlanCounts }> {
    const { states, counts } = await this.#compute(requests, signal, report);
    const broken = requests.flatMap((request, index) =>
      isFinite(states[index]) ? [] : [{ request, index }],
    );
    if (broken.length > 0) this.#wipe();
    for (const { request, index } of broken) {
      const alone = await this.#compute([request], signal, () => undefined);
      states[index] = alone.states[0] ?? [];
      if (!isFinite(states[index])) this.#wipe();
    }
    return { states, counts };
  }

  /** Computes requests. @param report told after every step which share of the slice is done, up to 1 */
  async #compute(
    requests: readonly HiddenRequest[],
    signal: AbortSignal | undefined,
    report: (share: number) => void,
  ): Promise<{ states: Float32Array[][]; counts: PlanCounts }> {
    this.#checkRunning(signal);
    const states = requests.map((): Float32Array[] => []);
    const limits = { ...this.#limits, keptLife: this.#life.keptLife };
    const plan = new BatchPlan(requests, this.#held, limits, this.stats.computedTokens);
    const steps = plan.steps();
    try {
      let next = steps.next();
      while (next.done !== true) {
        this.#checkRunning(signal);
        const step = next.value;
        this.#apply(step.operations);
        const decoding = step.decode && this.#decode(step.decode, states);
        // The next chunk is planned while this one is computed.
        next = steps.next();
        await decoding;
        report(step.doneTokens / plan.totalTokens);
      }
      this.#held = plan.held;
    } catch (failure) {
      const error = fromNative(failure);
      this.#abandon(plan, error);
      throw error;
    }
    this.stats.requestedTokens += countTokens(requests);
    this.stats.computedTokens += plan.counts.computed;
    this.stats.reusedTokens += plan.counts.reused;
    return { states, counts: plan.counts };
  }

  #checkRunning(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#disposal !== undefined) throw DisposedError.of("The backbone");
  }

  #apply(operations: readonly SequenceOperation[]): void {
    for (const operation of operations) {
      if (operation.kind === "copy") {
        this.#native.copySequence(operation.from, operation.to, 0, operation.end);
      } else {
        this.#native.removeSequence(operation.sequence, 0, -1);
      }
    }
  }

  async #decode(step: DecodeStep, states: readonly Float32Array[][]): Promise<void> {
    const hidden = await this.#native.decode(step.batch);
    step.targets.forEach((targets, row) => {
      for (const { request, slot } of targets) {
        const own = states[request];
        if (own) own[slot] = hidden.slice(row * this.#hiddenSize, (row + 1) * this.#hiddenSize);
      }
    });
  }

  /** Empties the KV cache for good: nothing of it is reused, or left to be multiplied by zero. */
  #wipe(): void {
    this.#held = [];
    this.#native.clear(true);
  }

  /** Drops every sequence that the plan may have touched; what earlier calls left stays usable. */
  #abandon(plan: BatchPlan, error: unknown): void {
    if (error instanceof DecodeError) {
      // llama.cpp leaves the sequences undefined when a decode fails.
      this.#wipe();
      return;
    }
    this.#held = plan.survivors;
    const kept = new Set(this.#held.map((sequence) => sequence.id));
    for (let id = 0; id < this.#limits.maxSequences; id++) {
      if (!kept.has(id)) this.#native.removeSequence(id, 0, -1);
    }
  }
}

function isFinite(states: readonly Float32Array[] = []): boolean {
  return states.every((state) => state.every(Number.isFinite));
}

function countTokens(requests: readonly HiddenRequest[]): number {
  return requests.reduce((sum, request) => sum + request.tokens.length, 0);
}
