import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { HeadCandidates, HeadDefinition } from "./head.js";
import { expectOutputs, linearLayerSchema, readStack, stackTensorNames } from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

const schema = z.strictObject({
  kind: z.literal("open-rlhf"),
  score: linearLayerSchema,
  /** `(row · h − mean) / std` is the reward; null for the bare row. */
  normalization: z.strictObject({ mean: z.number(), std: z.number().positive() }).nullable(),
});
type OpenRlhfSpec = z.infer<typeof schema>;

/**
 * Reward models that OpenRLHF trained: one row without bias, at the last token of the input. Its data loader strips the line
 * breaks at the end of the text and puts a space and EOS behind it, unless it ends in EOS; the tokenizer adds nothing. The trainer's
 * config carries `normalize_reward`, and the mean and deviation of the rewards of the evaluation set.
 * Source: openrlhf 0.11.2 and 0.8.11, openrlhf/models/model.py (`_get_reward_model`), openrlhf/datasets/reward_dataset.py
 * (`RewardDataset.__getitem__`), openrlhf/trainer/rm_trainer.py.
 */
export const openRlhfHead: HeadDefinition<OpenRlhfSpec> = {
  kind: "open-rlhf",
  description: "OpenRLHF's linear row, at the EOS that ends the input, normalized where its config says so",
  usage: {
    addSpecialTokens: false,
    position: "last",
    ending: { token: "eos", strip: "\n", separator: " " },
  },
  task: "score",
  schema,
  detect(candidates) {
    if (!isOpenRlhf(candidates.config)) return undefined;
    const score = { weight: `${prefix(candidates)}.weight` };
    if (!candidates.tensors.has(score.weight)) return undefined;
    expectOutputs(candidates.tensors, [score], candidates.hiddenSize, 1);
    return { kind: "open-rlhf", score, normalization: normalization(candidates.config) };
  },
  summary: () => ({
    assumptions: [
      "Trained by OpenRLHF: line breaks at the end of the text are stripped, and a space and EOS follow unless it ends in EOS, as in " +
        "training. Whether a chat template was applied in training is in none of the files: the tokenizer's is.",
    ],
  }),
  tensorNames: (spec) => stackTensorNames([spec.score]),
  async load(spec, tensors, hiddenSize, runtime) {
    expectOutputs(tensors.tensors, [spec.score], hiddenSize, 1);
    const stack = await readStack(tensors, [spec.score], hiddenSize, "relu");
    const [network] = await createNetworks(runtime, [stack]);
    const { mean, std } = spec.normalization ?? { mean: 0, std: 1 };
    return new NetworkHead([network], async (inputs) => {
      const outputs = await network.forward(inputs.map((input) => input.scored));
      return outputs.map(([row = NaN]) => ({ reward: (row - mean) / std }));
    });
  },
};

/**
 * `normalize_reward` is in every config that OpenRLHF writes and in no other: its row may have the name of a sequence
 * classifier's, so that nothing else tells the two apart.
 * @throws HeadLoadError `HEAD_INVALID` for a critic, whose values are of another meaning
 */
export function isOpenRlhf(config: HeadCandidates["config"]): boolean {
  if (typeof config["normalize_reward"] !== "boolean") return false;
  const { architectures } = config;
  if (!Array.isArray(architectures) || !architectures.includes("CriticModel")) return true;
  throw new HeadLoadError(
    "HEAD_INVALID",
    "This is a critic of OpenRLHF (architectures: CriticModel): it values the tokens of an answer while that is written, which is no " +
      "reward. Convert the reward model that it was trained with.",
  );
}

/** `score` unless the config says otherwise; `value_head` before OpenRLHF 0.5. */
function prefix({ config, tensors }: HeadCandidates): string {
  const named = config["value_head_prefix"];
  if (typeof named === "string") return named;
  return tensors.has("score.weight") ? "score" : "value_head";
}

/** The class has 0 and 1 where the trainer measured nothing. */
function normalization(config: HeadCandidates["config"]): OpenRlhfSpec["normalization"] {
  if (config["normalize_reward"] !== true) return null;
  const { mean = 0, std = config["mean"] === undefined ? 1 : undefined } = config;
  const parsed = schema.shape.normalization.safeParse({ mean, std });
  if (parsed.success) return parsed.data;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `config.json asks for normalized rewards (normalize_reward), but its mean is ${JSON.stringify(mean)} and its std ` +
      `${std === undefined ? "missing" : JSON.stringify(std)}: expected two numbers, the second one positive. Take them from the training run.`,
    { details: { mean, std } },
  );
}
