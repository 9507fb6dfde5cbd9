import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { HeadDefinition } from "./head.js";
import type { HeadProfile } from "./head-profile.js";
import { labelToken } from "./label-token.js";
import { expectOutputs, readStack } from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";
import { extractOutputRows, OUTPUT_ROWS, requireOutputMatrix } from "./output-rows.js";

/** Section of `reward.json` of a pair-preference model. The pieces of its prompt are in the prompt's section. */
export const pairSpecSchema = z.strictObject({
  kind: z.literal("pair"),
  /** Tensor of the checkpoint whose rows are kept: `lm_head.weight`, or the token embedding when tied. */
  matrix: z.string(),
  /** Texts of the label tokens, the first answer's first, and their ids. */
  labels: z.tuple([z.string(), z.string()]),
  labelTokens: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  /** Logits are divided by it before the softmax. */
  temperature: z.number().positive(),
  /** In how many orders the two answers are shown; 2 averages both. */
  orders: z.union([z.literal(1), z.literal(2)]),
});
export type PairSpec = z.infer<typeof pairSpecSchema>;

/**
 * Pair preference: the language model itself answers "A" or "B" after a prompt with two candidates. The reward is the
 * probability `e^(a/t) / (e^(a/t) + e^(b/t))` of the first one shown, from the logits a and b of the label tokens.
 * It has no tensors of its own, so only a profile with `"head": "pair"` makes a checkpoint one; only the two rows of the output
 * matrix are kept. Source: model card of RLHFlow/pair-preference-model-LLaMA3-8B; RewardBench `rewardbench/models/slicpairpm.py`.
 */
export const pairHead: HeadDefinition<PairSpec> = {
  kind: "pair",
  description:
    "pair preference: probability that the first answer is better, from the logits of two label tokens",
  usage: { addSpecialTokens: false, position: "last" },
  task: "compare",
  schema: pairSpecSchema,
  detect(candidates) {
    const { profile, tokenId } = candidates;
    if (profile?.kind !== "pair") return undefined;
    const matrix = requireOutputMatrix(candidates).name;
    const labels = requireLabels(profile);
    return {
      kind: "pair",
      matrix,
      labels,
      labelTokens: [labelToken(labels[0], tokenId), labelToken(labels[1], tokenId)],
      temperature: profile.temperature ?? 1,
      orders: profile.orders ?? 2,
    };
  },
  summary: ({ orders }) => ({ orders }),
  tensorNames: () => [OUTPUT_ROWS],
  requires: (spec) => [spec.matrix],
  extract: (spec, checkpoint) => extractOutputRows(checkpoint, spec.matrix, spec.labelTokens),
  async load(spec, tensors, hiddenSize, runtime) {
    const rows = [{ weight: OUTPUT_ROWS }];
    expectOutputs(tensors.tensors, rows, hiddenSize, 2);
    const [network] = await createNetworks(runtime, [await readStack(tensors, rows, hiddenSize, "relu")]);
    return new NetworkHead([network], async (inputs) => {
      const logits = await network.forward(inputs.map((input) => input.scored));
      return logits.map(([a = NaN, b = NaN]) => ({ reward: probability(a, b, spec.temperature) }));
    });
  },
};

/** NaN, which no head gives as a result, when a logit is infinite: the formula would make a plausible 0 or 1 of it. */
function probability(a: number, b: number, temperature: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return NaN;
  return 1 / (1 + Math.exp((b - a) / temperature));
}

function requireLabels({ labels, context, prompt }: HeadProfile): PairSpec["labels"] {
  if (labels !== undefined && context !== undefined && prompt !== undefined) return labels;
  throw new HeadLoadError(
    "HEAD_INVALID",
    'The profile of a pair-preference model must give "labels", "context" and "prompt": they are in its model card.',
  );
}
