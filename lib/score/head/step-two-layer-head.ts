import { sequentialLayers } from "./linear-stack.js";
import { namesClass, stepHead } from "./step-head.js";

/** The token behind each step. */
const TAG = "<extra_0>";

/**
 * Qwen2.5-Math-PRM: `score.0`, ReLU, `score.2` give two labels at every `<extra_0>`; the reward is the probability of the second.
 * Steps are put together in the assistant's turn with the tag behind each. One reward of them is their product.
 * Source: vLLM 0.11 vllm/model_executor/models/qwen2_rm.py (`Qwen2ForProcessRewardModel`, STEP pooling); model card of
 * Qwen/Qwen2.5-Math-PRM-7B; product: arXiv 2501.07301, section 2.3.
 */
export const stepTwoLayerHead = stepHead({
  kind: "step-two-layer",
  description:
    "two linear layers with ReLU between them; a step's reward is the probability of its second label",
  steps: { layout: "tagged", tag: TAG, between: "", mark: TAG, aggregate: "product" },
  outputs: 2,
  findLayers(candidates) {
    const { profile, tokenId, tensors } = candidates;
    const isTold =
      profile?.kind === "step-two-layer" ||
      (namesClass(candidates, "Qwen2ForProcessRewardModel") && tokenId?.(TAG) !== undefined);
    return isTold ? sequentialLayers(tensors, "score", 2) : [];
  },
});
