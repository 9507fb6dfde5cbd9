import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { HeadCandidates, HeadDefinition } from "./head.js";
import { labelNames } from "./label-names.js";
import { isOpenRlhf } from "./open-rlhf-head.js";
import {
  expectOutputs,
  linearLayer,
  linearLayerSchema,
  readStack,
  stackSizes,
  stackTensorNames,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

const schema = z.strictObject({
  kind: z.literal("linear-score"),
  score: linearLayerSchema,
  /** Names of the rows. */
  labels: z.array(z.string()).min(1),
  /** Row that is the reward. */
  rewardRow: z.int().nonnegative(),
});
type LinearScoreSpec = z.infer<typeof schema>;

/**
 * Linear sequence classification: `reward = score.weight · h`, the raw logit, at the rightmost token that is not padding.
 * With several labels, a profile must name the one that is the reward; the others become the breakdown.
 * Source: `*ForSequenceClassification` of transformers (position: pull request 35911); cards of Skywork-Reward, FsfairX,
 * GRM-*-rewardmodel-ft.
 */
export const linearScoreHead: HeadDefinition<LinearScoreSpec> = {
  kind: "linear-score",
  description: "linear score of a sequence classifier, at the last token that is not padding",
  usage: { addSpecialTokens: true, position: "last-non-pad" },
  task: "score",
  rewardsTokens: true,
  schema,
  detect(candidates) {
    const { tensors, hiddenSize, profile, config } = candidates;
    const isOtherHead = [...tensors.keys()].some((name) => name.startsWith("weights.fc."));
    if (isOtherHead || profile?.weights !== undefined || isOpenRlhf(config)) return undefined;
    if (!tensors.has("score.weight")) return detectValueRow(candidates);
    const score = linearLayer(tensors, "score");
    const [rows = 0] = stackSizes(tensors, [score], hiddenSize);
    const labels = labelNames(candidates, rows, "label");
    return { kind: "linear-score", score, labels, rewardRow: rewardRow(candidates, labels) };
  },
  summary: (spec) => ({ attributeNames: spec.labels.length > 1 ? spec.labels : [] }),
  tensorNames: (spec) => stackTensorNames([spec.score]),
  async load(spec, tensors, hiddenSize, runtime) {
    expectOutputs(tensors.tensors, [spec.score], hiddenSize, spec.labels.length);
    const stack = await readStack(tensors, [spec.score], hiddenSize, "relu");
    const [network] = await createNetworks(runtime, [stack]);
    return new NetworkHead([network], async (inputs) => {
      const outputs = await network.forward(inputs.map((input) => input.scored));
      return outputs.map((logits) => {
        const reward = logits[spec.rewardRow] ?? NaN;
        if (spec.labels.length === 1) return { reward };
        const entries = spec.labels.map((label, row) => [label, { mean: logits[row] ?? NaN }] as const);
        return { reward, attributes: Object.fromEntries(entries) };
      });
    });
  },
};

/** Prefixes of heads that have definitions of their own. */
const OTHER_PREFIXES = ["score", "v_head", "regression_head", "regression_layer"];

/**
 * A row without bias of another name, in a folder whose config has lost OpenRLHF's marks (`open-rlhf-head.ts`).
 */
function detectValueRow({ tensors, hiddenSize, config }: HeadCandidates): LinearScoreSpec | undefined {
  const named = config["value_head_prefix"];
  const prefixes = ["value_head", ...(typeof named === "string" ? [named] : [])];
  const prefix = prefixes.find((each) => tensors.has(`${each}.weight`) && !tensors.has(`${each}.bias`));
  if (prefix === undefined || OTHER_PREFIXES.includes(prefix)) return undefined;
  const score = { weight: `${prefix}.weight` };
  expectOutputs(tensors, [score], hiddenSize, 1);
  return { kind: "linear-score", score, labels: ["label_0"], rewardRow: 0 };
}

function rewardRow(candidates: HeadCandidates, labels: readonly string[]): number {
  const wanted = candidates.profile?.rewardLabel;
  if (wanted === undefined && labels.length === 1) return 0;
  const row = typeof wanted === "string" ? labels.indexOf(wanted) : (wanted ?? -1);
  if (row >= 0 && row < labels.length) return row;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `score.weight has ${labels.length} rows (${labels.join(", ")})` +
      (wanted === undefined
        ? ", and nothing says which one is the reward (two rows are often the labels of a process reward model's steps). "
        : `, none of them is ${wanted}. `) +
      'Put a profile.json into the checkpoint folder: {"head": "linear-score", "rewardLabel": name or index} for one row, or ' +
      '{"head": "steerlm", "attributes": […], "weights": […]} for a weighted sum of all.',
  );
}
