import type { HeadDefinition } from "./head.js";
import { stackHead, type StackHeadOptions, type StackHeadSpec } from "./stack-head.js";

/** What tells one scalar head from another: the names of its tensors, and how its model is used. */
export type ScalarHeadOptions<Kind extends string> = Pick<
  StackHeadOptions<Kind>,
  "kind" | "description" | "usage" | "findLayers"
>;

/**
 * Heads of the form Linear → ReLU → … → Linear → reward, one or more layers. GRM's value head, INF-ORM's two-layer score
 * and single-row heads are all this function under other tensor names. Source: RewardBench `rewardbench/models`
 * (`grm.py`, `inform.py`, `openbmb.py`, `starling.py`), `*ForSequenceClassification` of transformers.
 */
export function scalarHead<const Kind extends string>(
  options: ScalarHeadOptions<Kind>,
): HeadDefinition<StackHeadSpec<Kind>> {
  const head = stackHead({ ...options, task: "score", outputs: 1, reward: ([reward = NaN]) => reward });
  return { ...head, rewardsTokens: true };
}
