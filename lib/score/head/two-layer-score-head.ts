import { sequentialLayers } from "./linear-stack.js";
import { scalarHead } from "./scalar-head.js";

/**
 * INF-ORM's score: `score.0`, ReLU, `score.2`. Its published class reads the place before the first padding token, and its
 * usage tokenizes the rendered template as it is.
 * Qwen2.5-Math-RM has the same layers. Source: model card of infly/INF-ORM-Llama3.1-70B; RewardBench
 * `rewardbench/models/inform.py`; sgl-project/sglang 0385ece3 python/sglang/srt/models/qwen2_rm.py.
 */
export const twoLayerScoreHead = scalarHead({
  kind: "two-layer-score",
  description: "score of two linear layers with ReLU between them, before the first padding token",
  usage: { addSpecialTokens: false, position: "before-first-pad" },
  findLayers: ({ tensors }) => sequentialLayers(tensors, "score", 2),
});
