import { hasClassToken } from "./class-token-head.js";
import type { HeadCandidates } from "./head.js";
import { linearLayer } from "./linear-stack.js";
import { isOpenRlhf } from "./open-rlhf-head.js";
import { hasRewardToken } from "./reward-token-head.js";
import { scalarHead } from "./scalar-head.js";

/**
 * Starling's value head: `v_head.weight`, one row without bias. The published class reads the place before the first padding
 * token. Source: model cards of berkeley-nest/Starling-RM-7B-alpha and Nexusflow/Starling-RM-34B; RewardBench
 * `rewardbench/models/starling.py`.
 */
export const starlingHead = scalarHead({
  kind: "starling",
  description: "value head of one linear row, before the first padding token",
  usage: { addSpecialTokens: true, position: "before-first-pad" },
  findLayers: (candidates) =>
    candidates.tensors.has("v_head.weight") && !isOthers(candidates)
      ? [linearLayer(candidates.tensors, "v_head")]
      : [],
});

function isOthers(candidates: HeadCandidates): boolean {
  return hasRewardToken(candidates) || hasClassToken(candidates) || isOpenRlhf(candidates.config);
}
