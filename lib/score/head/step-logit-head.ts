import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { HeadDefinition } from "./head.js";
import { labelToken } from "./label-token.js";
import { expectOutputs, readStack } from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";
import { extractOutputRows, OUTPUT_ROWS, requireOutputMatrix } from "./output-rows.js";
import { logistic } from "./step-head.js";

const schema = z.strictObject({
  kind: z.literal("step-logit"),
  /** Tensor of the checkpoint whose rows are kept: `lm_head.weight`, or the token embedding when tied. */
  matrix: z.string(),
  /** Texts of the label tokens, that of a right step first, and their ids. */
  labels: z.tuple([z.string(), z.string()]),
  labelTokens: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
type StepLogitSpec = z.infer<typeof schema>;

/**
 * A language model that says "+" or "-" of each step: the reward is `e^a / (e^a + e^b)` of the two tokens' logits a and b. It has no
 * tensors of its own, so only a profile makes a checkpoint one. Source: model card of peiyi9979/math-shepherd-mistral-7b-prm;
 * RLHFlow/RLHF-Reward-Modeling math-rm/prm_evaluate.py.
 */
export const stepLogitHead: HeadDefinition<StepLogitSpec> = {
  kind: "step-logit",
  description: "a step's reward is the probability of its good label, from the logits of two label tokens",
  usage: { addSpecialTokens: false, position: "last" },
  task: "steps",
  schema,
  detect(candidates) {
    const { profile, tokenId } = candidates;
    if (profile?.kind !== "step-logit") return undefined;
    const { labels } = profile;
    if (labels === undefined) {
      throw new HeadLoadError(
        "HEAD_INVALID",
        'The profile of a "step-logit" head must give "labels": the tokens of a right and of a wrong step, as the vocabulary has them.',
      );
    }
    return {
      kind: "step-logit",
      matrix: requireOutputMatrix(candidates).name,
      labels,
      labelTokens: [labelToken(labels[0], tokenId), labelToken(labels[1], tokenId)],
    };
  },
  tensorNames: () => [OUTPUT_ROWS],
  requires: (spec) => [spec.matrix],
  extract: (spec, checkpoint) => extractOutputRows(checkpoint, spec.matrix, spec.labelTokens),
  async load(_spec, tensors, hiddenSize, runtime) {
    const rows = [{ weight: OUTPUT_ROWS }];
    expectOutputs(tensors.tensors, rows, hiddenSize, 2);
    const [network] = await createNetworks(runtime, [await readStack(tensors, rows, hiddenSize, "relu")]);
    return new NetworkHead([network], async (inputs) => {
      const logits = await network.forward(inputs.map((input) => input.scored));
      return logits.map(([good = NaN, bad = NaN]) => ({ reward: logistic(good - bad) }));
    });
  },
};
