import { z } from "zod";
import { REDUCTIONS } from "./reduce.js";

/**
 * What a profile may say about a head: constants that the tensors do not carry. Every field is optional; a head definition
 * reads those it knows. `kind` is a claim to be checked against the tensors, except for heads of logits (`pair`, `logit`,
 * `log-probability`, …), which have none of their own.
 */
export const headProfileSchema = z.strictObject({
  /** Kind of `lib/score/head/registry.ts`. */
  kind: z.string().optional(),
  /** Names of attributes, objectives or labels, in the order of the tensor's rows. */
  attributes: z.array(z.string().min(1)).min(1).optional(),
  /** Fixed weights of a weighted sum of attributes, as many as there are rows. */
  weights: z.array(z.number()).min(1).optional(),
  /** Which row of several labels is the reward: its name, or its index from 0. */
  rewardLabel: z.union([z.string(), z.int().nonnegative()]).optional(),
  /** How the raw second column of a mean / deviation head becomes a standard deviation. */
  sigmaTransform: z.enum(["exp", "softplus"]).optional(),
  /** Logit head: the token whose logit is the reward. */
  token: z.int().nonnegative().optional(),
  /** Pair preference: the two label tokens, as text, the first answer's first. Logits of steps: that of a right step first. */
  labels: z.tuple([z.string().min(1), z.string().min(1)]).optional(),
  /** False for a quantile head without `reward_transform_matrix`; a lost one would otherwise go unnoticed. */
  hasTransform: z.boolean().optional(),
  /** What logits are divided by: those of the label tokens (pair preference), or of the gate (ArmoRM, QRM). */
  temperature: z.number().positive().optional(),
  /** Log-probability: how those of the tokens become one number. */
  reduction: z.enum(REDUCTIONS).optional(),
  /** DPO: what the difference of log-probabilities is multiplied by. */
  beta: z.number().positive().optional(),
  /** Pair preference: in how many orders the answers are shown; 2 averages both. */
  orders: z.union([z.literal(1), z.literal(2)]).optional(),
  /** Pair preference: how the conversation becomes text. Message i gets `user` in front when i is even, else `assistant`. */
  context: z
    .strictObject({ before: z.string(), user: z.string(), assistant: z.string(), after: z.string() })
    .optional(),
  /** Pair preference: text with the places `{context}`, `{response_A}` and `{response_B}`. */
  prompt: z.string().min(1).optional(),
});

/** The head section of a profile. */
export type HeadProfile = z.infer<typeof headProfileSchema>;
