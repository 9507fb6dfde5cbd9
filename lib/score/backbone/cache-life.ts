import type { NativeModelInfo } from "../native/native-addon.js";

/**
 * Every computed token passes over all KV cells in use, also over those of sequences it has nothing to do with: a kept sequence
 * costs rent. Measured on a Llama-3.2-1B shape (CPU, flash attention, bf16 weights, f16 cache): 7,680 foreign cells make a
 * token 1.40 times as expensive, so computing one token costs as much as 19,000 masked cells. The cells' part grows with
 * layers × heads (ggml's CPU kernel looks at the mask once per head), the token's with the parameters.
 */
const MASKED_CELL_COST = 100;

/** What computing one token costs, counted in foreign KV cells that some token passes over. */
export function tokenCostInCells(
  model: Pick<NativeModelInfo, "parameterCount" | "vocabSize" | "hiddenSize" | "layerCount" | "headCount">,
): number {
  const layerParameters = model.parameterCount - model.vocabSize * model.hiddenSize;
  return Math.max(0, layerParameters) / (model.layerCount * model.headCount * MASKED_CELL_COST);
}

/** How many tokens a sequence is kept for at least: an answer or two. */
const SHORT_LIFE = 256;
/** Weight of the newest observation in the hit rate. */
const LEARNING_RATE = 0.25;
/** Before anything was seen. */
const FIRST_HIT_RATE = 0.05;

/**
 * How long an unused sequence stays in the cache, in tokens computed meanwhile. A sequence of n cells costs n cells of rent with
 * every token, and n tokens when it is missed: it is worth keeping for `hitRate · tokenCost` tokens, where the hit rate is the
 * share of kept sequences that a later call used, learned as we go. Someone who adds answers to a few conversations keeps
 * them; a loop over unrelated conversations soon pays next to no rent.
 */
export class CacheLife {
  readonly #tokenCost: number;
  #hitRate = FIRST_HIT_RATE;

  constructor(tokenCost: number) {
    this.#tokenCost = tokenCost;
  }

  get keptLife(): number {
    return Math.max(SHORT_LIFE, Math.round(this.#hitRate * this.#tokenCost));
  }

  /** Takes in what became of kept sequences. */
  learn({ hits, misses }: { hits: number; misses: number }): void {
    const keep = (1 - LEARNING_RATE) ** (hits + misses);
    const observed = hits + misses === 0 ? 0 : hits / (hits + misses);
    this.#hitRate = keep * this.#hitRate + (1 - keep) * observed;
  }
}
