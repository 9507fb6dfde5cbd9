import { linearLayer } from "./linear-stack.js";
import { scalarHead } from "./scalar-head.js";

/**
 * UltraRM's `regression_head`: one row, at the last token of the attention mask.
 * Source: model card of openbmb/UltraRM-13b; RewardBench `rewardbench/models/openbmb.py`.
 */
export const regressionHead = scalarHead({
  kind: "regression-head",
  description: "regression head: one linear row, at the last token",
  usage: { addSpecialTokens: true, position: "last" },
  findLayers: ({ tensors }) =>
    tensors.has("regression_head.weight") ? [linearLayer(tensors, "regression_head")] : [],
});
