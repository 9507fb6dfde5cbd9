import { sequentialLayers } from "./linear-stack.js";
import { scalarHead } from "./scalar-head.js";

/**
 * GRM's value head: `v_head.summary` (linear) or `v_head.summary.0`, `.2`, … (ReLU between). Dropout is for training only.
 * Scored at the last token of the text, which the published usage tokenizes with a second BOS.
 * Source: RewardBench `rewardbench/models/grm.py`; model cards of Ray2333/GRM-*.
 */
export const valueHead = scalarHead({
  kind: "value-head",
  description: "value head: linear layers with ReLU between them, at the last token",
  usage: { addSpecialTokens: true, position: "last" },
  findLayers: ({ tensors }) =>
    tensors.has("v_head.summary.weight")
      ? [{ weight: "v_head.summary.weight", bias: "v_head.summary.bias" }]
      : sequentialLayers(tensors, "v_head.summary", 2),
});
