import { HeadLoadError } from "../../errors.js";
import type { HeadCandidates, HeadDefinition } from "./head.js";
import { linearLayer } from "./linear-stack.js";
import { stackHead, type StackHeadSpec } from "./stack-head.js";

/** Key of `config.json` with the id of the token that is scored. */
const REWARD_TOKEN = "reward_token_id";

/**
 * InternLM 2's reward head: `v_head.weight`, one row without bias, at a token of its own that the published usage appends to
 * every input that does not end in it. Source: RewardBench 0.1.4 `rewardbench/models/internlm.py` and the class it quotes,
 * `InternLM2ForRewardModel` of internlm/internlm2-20b-reward's modeling_internlm2.py.
 */
export const rewardTokenHead: HeadDefinition<StackHeadSpec<"reward-token">> = stackHead({
  kind: "reward-token",
  description: "value head of one linear row, at a token that is appended to every input",
  usage: { addSpecialTokens: false, position: "last", ending: { token: "reward" } },
  // It means something at that token alone, and so is no scalarHead, which has a reward for each.
  task: "score",
  outputs: 1,
  reward: ([reward = NaN]) => reward,
  findLayers(candidates) {
    if (!hasRewardToken(candidates)) return [];
    const { config } = candidates;
    if (Number.isSafeInteger(config[REWARD_TOKEN])) return [linearLayer(candidates.tensors, "v_head")];
    throw new HeadLoadError(
      "HEAD_INVALID",
      `config.json of this InternLM 2 reward model has ${REWARD_TOKEN} ${JSON.stringify(config[REWARD_TOKEN])}, expected the id of ` +
        "the token that is scored. Download config.json again.",
    );
  },
});

/** Whether a row `v_head.weight` belongs to a token of its own: the same tensor in other models is read elsewhere. */
export function hasRewardToken({ tensors, config }: HeadCandidates): boolean {
  return tensors.has("v_head.weight") && (REWARD_TOKEN in config || config["model_type"] === "internlm2");
}
