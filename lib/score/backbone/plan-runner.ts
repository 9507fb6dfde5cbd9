import { DecodeError, RewardError } from "../../errors.js";
import { fromNative } from "../native/from-native.js";
import type { NativeContext } from "../native/native-addon.js";
import { BatchPlan } from "./batch-plan.js";
import type { CacheLife } from "./cache-life.js";
import type { DecodeStep, PlanCounts, PlanLimits, SequenceOperation } from "./plan-step.js";
import { PrefixCache, type HeldSequence } from "./prefix-cache.js";
import type { HiddenRequest } from "./request.js";
import { retainWanted, type Wanted } from "./retained.js";

/** What plans are made for, beside how long prefixes are kept. */
type RunnerLimits = Omit<PlanLimits, "keptLife">;

/** One plan's requests, and what it should know of others. */
export interface PlanOrder {
  requests: readonly HiddenRequest[];
  /** What waits or goes on, these requests included: what they share with the KV cache stays there. */
  wanted: readonly Wanted[];
  /** Whether it says something about calls how much of the KV cache is used: later batches of a call use what the first one left. */
  isTelling: boolean;
}

/** Runs plans on a native context, one at a time, and keeps prefixes for later ones. */
export class PlanRunner {
  readonly counts = { computed: 0, reused: 0, batches: 0 };
  readonly limits: RunnerLimits;
  readonly #native: NativeContext;
  readonly #hiddenSize: number;
  readonly #life: CacheLife;
  #held: readonly HeldSequence[] = [];
  #isCancelled = false;

  constructor(native: NativeContext, hiddenSize: number, life: CacheLife, limits: RunnerLimits) {
    this.#native = native;
    this.#hiddenSize = hiddenSize;
    this.#life = life;
    this.limits = limits;
  }

  /** What the KV cache holds now. */
  get cache(): PrefixCache {
    return new PrefixCache(this.#held);
  }

  /**
   * Computes the states of some requests. When one is NaN or infinite, what overflowed stays in the cells of the KV cache and spoils
   * everything that is computed beside it or after it: the cells are wiped, and each broken request is computed again alone.
   * One that is broken then keeps its broken states, which are its own.
   * @returns one array per request, one state per position; undefined when it was cancelled
   * @throws DecodeError, ContextError `OUT_OF_MEMORY`
   */
  async run(order: PlanOrder): Promise<Float32Array[][] | undefined> {
    this.#isCancelled = false;
    try {
      return await this.#computeSound(order);
    } catch (error) {
      if (isCancellation(error)) return undefined;
      throw error;
    }
  }

  /** Ends the plan that runs: on a CPU after the node of the graph that is being computed, else after the running batch. */
  cancel(): void {
    this.#isCancelled = true;
    this.#native.cancel();
  }

  async #computeSound(order: PlanOrder): Promise<Float32Array[][]> {
    const { states, counts } = await this.#compute(order);
    if (order.isTelling) this.#life.learn(counts);
    const broken = order.requests.flatMap((request, index) =>
      isFinite(states[index]) ? [] : [{ request, index }],
    );
    if (broken.length > 0) this.#wipe();
    for (const { request, index } of broken) {
      const alone = await this.#compute({ requests: [request], wanted: [] });
      states[index] = alone.states[0] ?? [];
      if (!isFinite(states[index])) this.#wipe();
    }
    return states;
  }

  /** Lets go of the beginning of a request that nobody waits for any more. */
  drop(tokens: Int32Array, end: number): void {
    this.#held = this.#held.filter((sequence) => {
      const { buffer, byteOffset, length } = sequence.tokens;
      const isIt = length === end && buffer === tokens.buffer && byteOffset === tokens.byteOffset;
      if (isIt) this.#native.removeSequence(sequence.id, 0, -1);
      return !isIt;
    });
  }

  dispose(): Promise<void> {
    return this.#native.dispose();
  }

  async #compute({
    requests,
    wanted,
  }: Pick<PlanOrder, "requests" | "wanted">): Promise<{ states: Float32Array[][]; counts: PlanCounts }> {
    const states = requests.map((): Float32Array[] => []);
    const { sequences, originals } = retainWanted(this.#held, wanted);
    const limits = { ...this.limits, keptLife: this.#life.keptLife };
    const plan = new BatchPlan(requests, sequences, limits, this.counts.computed);
    const asTheyWere = (held: readonly HeldSequence[]): readonly HeldSequence[] =>
      held.map((sequence) => originals.get(sequence) ?? sequence);
    const steps = plan.steps();
    try {
      let next = steps.next();
      while (next.done !== true) {
        if (this.#isCancelled) throw new CancelledError();
        const step = next.value;
        this.#apply(step.operations);
        const decoding = step.decode && this.#decode(step.decode, states);
        // The next chunk is planned while this one is computed.
        next = steps.next();
        await decoding;
      }
      this.#held = asTheyWere(plan.held);
    } catch (failure) {
      const error = fromNative(failure);
      this.#abandon(asTheyWere(plan.survivors), error);
      throw error;
    }
    this.counts.computed += plan.counts.computed;
    this.counts.reused += plan.counts.reused;
    return { states, counts: plan.counts };
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
    this.counts.batches++;
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

  /** Drops every sequence that a plan may have touched; what earlier ones left stays usable. */
  #abandon(survivors: readonly HeldSequence[], error: unknown): void {
    if (error instanceof DecodeError || (error instanceof RewardError && error.code === "OUT_OF_MEMORY")) {
      // llama.cpp leaves the sequences undefined when a decode fails, or an edit for want of memory.
      this.#wipe();
      return;
    }
    this.#held = survivors;
    const kept = new Set(survivors.map(({ id }) => id));
    for (let id = 0; id < this.limits.maxSequences; id++) {
      if (!kept.has(id)) this.#native.removeSequence(id, 0, -1);
    }
  }
}

/** As the addon says it. */
class CancelledError extends Error {
  readonly code = "DECODE_CANCELLED";
}

function isCancellation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "DECODE_CANCELLED";
}

function isFinite(states: readonly Float32Array[] = []): boolean {
  return states.every((state) => state.every(Number.isFinite));
}
