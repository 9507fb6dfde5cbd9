import { z } from "zod";
import { AnswerProbability, findLogits, loadOutputMatrix, logitsSchema } from "./answer-probability.js";
import type { HeadDefinition } from "./head.js";

const schema = z.strictObject({
  kind: z.literal("dpo"),
  logits: logitsSchema,
  /** What the difference of log-probabilities is multiplied by. */
  beta: z.number().positive(),
});
type DpoSpec = z.infer<typeof schema>;

/**
 * The implicit reward of a model trained by direct preference optimization: `beta · (log π(answer) − log π_ref(answer))`, of which
 * this head makes the first half; `difference-head.ts` takes that of the reference away. Source: Rafailov et al. 2023, arXiv
 * 2305.18290, equation 5 without its term of the prompt; RewardBench rewardbench/dpo.py (`inference_step`, where beta is 1).
 */
export const dpoHead: HeadDefinition<DpoSpec> = {
  kind: "dpo",
  description:
    "beta times how much more probable the answer is to the policy than to the reference (log-probabilities)",
  usage: { addSpecialTokens: true, position: "last", readsAnswer: true },
  task: "score",
  rewardsTokens: true,
  needsReference: true,
  schema,
  detect(candidates) {
    const { profile } = candidates;
    if (profile?.kind !== "dpo") return undefined;
    return { kind: "dpo", logits: findLogits(candidates), beta: profile.beta ?? 1 };
  },
  tensorNames: ({ logits }) => [logits.matrix],
  load: async ({ logits, beta }, tensors, hiddenSize, runtime) =>
    new AnswerProbability(await loadOutputMatrix(logits, tensors, hiddenSize, runtime), "sum", beta),
};

/** What a difference's second half is multiplied by. @throws z.ZodError for another head's section */
export function betaOf(section: { kind: string }): number {
  return schema.parse(section).beta;
}
