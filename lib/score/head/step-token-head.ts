import { linearLayer } from "./linear-stack.js";
import { stepHead } from "./step-head.js";

/**
 * Token classification as TRL's `PRMTrainer` trains it: two labels at the last token of the separator behind each step; the reward
 * is the probability of the second, "this step is right". The checkpoint does not say which separator it was trained with, so only
 * a profile makes one of these.
 * Source: TRL 0.29.1 trl/experimental/prm/prm_trainer.py (`tokenize_row`); transformers 5 modeling_layers.py
 * (`GenericForTokenClassification`).
 */
export const stepTokenHead = stepHead({
  kind: "step-token",
  description: "linear token classifier with two labels; a step's reward is the probability of the second",
  outputs: 2,
  findLayers: ({ profile, tensors }) =>
    profile?.kind === "step-token" && tensors.has("score.weight") ? [linearLayer(tensors, "score")] : [],
});
