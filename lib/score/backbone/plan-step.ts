import type { NativeBatch } from "../native/native-addon.js";
import type { OutputTarget } from "./plan-tree.js";

/** What one context can take. */
export interface PlanLimits {
  /** Most tokens in one decode. */
  batchSize: number;
  /** Most output rows in one decode. */
  maxOutputs: number;
  /** KV cells. */
  contextLength: number;
  /** Sequence ids are 0 … maxSequences − 1. */
  maxSequences: number;
  /** Most sequences kept for later calls. */
  maxHeld: number;
  /**
   * Decodes of fewer tokens lose precision: see `fewestTokens`. They are avoided by moving tokens from the chunk before, and by
   * computing the end of a cached prefix again.
   */
  fewestTokens: number;
  /** How many tokens are computed until an unused sequence is given up; see `CacheLife`. */
  keptLife: number;
}

/** What happens to sequences before a decode, in order. */
export type SequenceOperation =
  { kind: "copy"; from: number; to: number; end: number } | { kind: "remove"; sequence: number };

/** One decode with what must happen before it. The last step may have operations only. */
export interface PlanStep {
  operations: readonly SequenceOperation[];
  decode: DecodeStep | undefined;
  /** Tokens of the plan that are computed or found in the cache once this step is done, of `totalTokens`. */
  doneTokens: number;
}

export interface DecodeStep {
  batch: NativeBatch;
  /** Where each output row goes, in the order of `batch.outputs`. */
  targets: readonly (readonly OutputTarget[])[];
}

/** What happened in a plan so far. */
export interface PlanCounts {
  /** Tokens computed. */
  computed: number;
  /** Tokens taken from earlier calls. */
  reused: number;
  /** Held sequences that were worth keeping, and that were given up unused; spares do not count. */
  hits: number;
  misses: number;
}
