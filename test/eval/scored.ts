import type { CandidateScore, ScoredItem } from "../../lib/eval/items/scored-item.js";

/** A scored record from plain rewards, for tests. */
export function scored(
  subset: string,
  chosen: readonly number[],
  rejected: readonly number[],
  id = "0",
): ScoredItem {
  return { position: 0, id, subset, chosen: chosen.map(candidate), rejected: rejected.map(candidate) };
}

function candidate(reward: number): CandidateScore {
  return { reward };
}
