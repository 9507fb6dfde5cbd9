import { z } from "zod";
import { AnswerProbability, findLogits, loadOutputMatrix, logitsSchema } from "./answer-probability.js";
import type { HeadDefinition } from "./head.js";
import { REDUCTIONS } from "./reduce.js";

const schema = z.strictObject({
  kind: z.literal("log-probability"),
  logits: logitsSchema,
  reduction: z.enum(REDUCTIONS),
});
type LogProbabilitySpec = z.infer<typeof schema>;

/**
 * A language model as it is: the reward is the log-probability of the answer's tokens. What RewardBench calls a DPO model without
 * reference. Any causal language model has such a head, so only who asks for it gets it. Source: RewardBench rewardbench/dpo.py.
 */
export const logProbabilityHead: HeadDefinition<LogProbabilitySpec> = {
  kind: "log-probability",
  description: "log-probability of the answer's tokens to the language model",
  usage: { addSpecialTokens: true, position: "last", readsAnswer: true },
  task: "score",
  rewardsTokens: true,
  schema,
  detect(candidates) {
    const { profile } = candidates;
    if (profile?.kind !== "log-probability") return undefined;
    return {
      kind: "log-probability",
      logits: findLogits(candidates),
      reduction: profile.reduction ?? "sum",
    };
  },
  tensorNames: ({ logits }) => [logits.matrix],
  load: async ({ logits, reduction }, tensors, hiddenSize, runtime) =>
    new AnswerProbability(await loadOutputMatrix(logits, tensors, hiddenSize, runtime), reduction),
};
