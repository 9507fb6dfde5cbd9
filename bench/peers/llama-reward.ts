import { loadTokenScorer } from "../load-scorer.js";
import type { Peer, PeerOptions } from "../peer.js";

/** This project: planner, prefix cache, hidden states and the value head, from token lists to rewards. */
export async function start(options: PeerOptions): Promise<Peer> {
  const scorer = await loadTokenScorer(options);
  return {
    run: async (candidates) => {
      const scores = await scorer.score(candidates);
      if (scores.length !== candidates.length) throw new Error("a candidate has no reward");
      return undefined;
    },
    dispose: () => scorer.dispose(),
  };
}
