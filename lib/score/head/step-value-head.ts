import { linearLayer } from "./linear-stack.js";
import { namesClass, stepHead } from "./step-head.js";

/**
 * Skywork-o1-Open-PRM: the sigmoid of a value head at the line break behind each step. The input has no chat template: BOS, the
 * problem and a line break, then each line of the answer and a line break, every step tokenized on its own.
 * Source: SkyworkAI/skywork-o1-prm-inference model_utils/prm_model.py and io_utils.py (`prepare_input`, `derive_step_rewards`).
 * Nothing published says how the steps make one reward: the mean is this package's choice.
 */
export const stepValueHead = stepHead({
  kind: "step-value",
  description: "sigmoid of a linear value head at the end of each step",
  steps: {
    layout: "pieces",
    afterPrompt: "\n",
    separator: "\n",
    isSplit: true,
    aggregate: "mean",
  },
  outputs: 1,
  findLayers(candidates) {
    const { profile, tensors } = candidates;
    const isTold = profile?.kind === "step-value" || namesClass(candidates, "Qwen2ForPrmModel");
    return isTold && tensors.has("v_head.summary.weight") ? [linearLayer(tensors, "v_head.summary")] : [];
  },
});
