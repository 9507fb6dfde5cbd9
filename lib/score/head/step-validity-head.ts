import { linearLayer } from "./linear-stack.js";
import { stackHead } from "./stack-head.js";
import { logistic } from "./step-head.js";

/**
 * ReasonEval: three labels at each step, negative, neutral and positive; the reward is the probability of not being negative, which its
 * authors call validity. One reward of them is the least.
 * The two sizes are scored at different tokens of a step, which nothing in a checkpoint tells: only a profile makes one of these.
 * Source: GAIR-NLP/ReasonEval 37d5d288 codes/examples.py.
 */
export const stepValidityHead = stackHead({
  kind: "step-validity",
  description:
    "linear classifier with three labels; a step's reward is the probability of the last two (ReasonEval)",
  task: "steps",
  usage: { addSpecialTokens: false, position: "last" },
  outputs: 3,
  findLayers: ({ profile, tensors }) =>
    profile?.kind === "step-validity" && tensors.has("score_head.weight")
      ? [linearLayer(tensors, "score_head")]
      : [],
  reward: ([negative = NaN, neutral = NaN, positive = NaN]) => {
    const largest = Math.max(neutral, positive);
    const others = largest + Math.log(Math.exp(neutral - largest) + Math.exp(positive - largest));
    return logistic(others - negative);
  },
});
