import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { HeadDefinition } from "./head.js";
import { expectOutputs, readStack } from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";
import { extractOutputRows, OUTPUT_ROWS, requireOutputMatrix } from "./output-rows.js";

const schema = z.strictObject({
  kind: z.literal("logit"),
  /** Tensor of the checkpoint whose row is kept: `lm_head.weight`, or the token embedding when tied. */
  matrix: z.string(),
  /** Token whose logit is the reward. */
  token: z.int().nonnegative(),
});
type LogitSpec = z.infer<typeof schema>;

/**
 * A reward model stored as a language model: the reward is the logit of one token at the last position. Nothing in the tensors
 * tells it from any language model, so only a profile with `"head": "logit"` and `"token"` makes a checkpoint one.
 * Source: model cards of nvidia/Llama-3.1-Nemotron-70B-Reward-HF and nvidia/Llama-3.3-Nemotron-70B-Reward (token 0).
 */
export const logitHead: HeadDefinition<LogitSpec> = {
  kind: "logit",
  description: "logit of one token of the language model, at the last token",
  usage: { addSpecialTokens: false, position: "last" },
  task: "score",
  schema,
  detect(candidates) {
    const { profile } = candidates;
    if (profile?.kind !== "logit") return undefined;
    if (profile.token === undefined) {
      throw new HeadLoadError(
        "HEAD_INVALID",
        'The profile of a "logit" head must give "token", the token id.',
      );
    }
    return { kind: "logit", matrix: requireOutputMatrix(candidates).name, token: profile.token };
  },
  tensorNames: () => [OUTPUT_ROWS],
  requires: (spec) => [spec.matrix],
  extract: (spec, checkpoint) => extractOutputRows(checkpoint, spec.matrix, [spec.token]),
  async load(_spec, tensors, hiddenSize, runtime) {
    const row = [{ weight: OUTPUT_ROWS }];
    expectOutputs(tensors.tensors, row, hiddenSize, 1);
    const [network] = await createNetworks(runtime, [await readStack(tensors, row, hiddenSize, "relu")]);
    return new NetworkHead([network], async (inputs) => {
      const logits = await network.forward(inputs.map((input) => input.scored));
      return logits.map(([reward = NaN]) => ({ reward }));
    });
  },
};
