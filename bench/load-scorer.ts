import { dirname } from "node:path";
import { Backbone } from "../lib/score/backbone/backbone.js";
import type { Head } from "../lib/score/head/head.js";
import { loadHead } from "../lib/score/head/load-head.js";
import { nativeDense } from "../lib/score/head/native-dense.js";
import { readRewardJson, recordedFile } from "../lib/model/folder/read-reward-json.js";
import { loadAddon } from "../lib/score/native/binding.js";
import type { PeerOptions } from "./peer.js";

/** Backbone and head of a model folder, for token lists. */
export interface TokenScorer {
  /** Hidden state of each candidate's last token and the reward, in order. */
  score(candidates: readonly Int32Array[]): Promise<{ hidden: Float32Array; reward: number }[]>;
  dispose(): Promise<void>;
}

/** Loads the parts of a reward model that come after the tokenizer. */
export async function loadTokenScorer(options: PeerOptions): Promise<TokenScorer> {
  const modelDir = dirname(options.modelPath);
  const reward = await readRewardJson(modelDir);
  const addon = loadAddon();
  const { device, threads, kvType, contextLength, maxBatch } = options;
  const backbone = await Backbone.load(addon, options.modelPath, {
    device,
    threads,
    kvType,
    contextLength,
    maxBatch,
  });
  const headFile = await recordedFile(modelDir, reward.headFile);
  const dense = nativeDense(addon, threads);
  const { head } = await loadHead(reward.head, headFile, backbone.info.hiddenSize, dense);
  return {
    score: (candidates) => scoreTokens(backbone, head, candidates),
    dispose: async () => {
      await backbone.dispose();
      await head.dispose();
    },
  };
}

async function scoreTokens(
  backbone: Backbone,
  head: Head,
  candidates: readonly Int32Array[],
): Promise<{ hidden: Float32Array; reward: number }[]> {
  const requests = candidates.map((tokens) => ({ tokens, positions: [tokens.length - 1] }));
  const states = await backbone.hiddenStates(requests);
  const inputs = states.map(([scored = new Float32Array()]) => ({ scored }));
  const results = await head.apply(inputs);
  return results.map(({ reward }, index) => {
    const hidden = inputs[index]?.scored;
    if (hidden === undefined || !Number.isFinite(reward)) throw new Error("a candidate has no finite reward");
    return { hidden, reward };
  });
}
