import { classify } from "./formats/classify.js";
import { embeddings } from "./formats/embeddings.js";
import { getReward } from "./formats/get-reward.js";
import { pooling } from "./formats/pooling.js";
import { predict } from "./formats/predict.js";
import { rerank, rerankDocuments } from "./formats/rerank.js";
import { score } from "./formats/score.js";
import { scoreSteps } from "./formats/score-steps.js";
import type { Endpoint } from "./request/route.js";

/** Every wire format that is spoken, this package's own first. */
export const ENDPOINTS: readonly Endpoint[] = [
  score,
  scoreSteps,
  getReward,
  classify,
  pooling,
  embeddings,
  predict,
  rerank,
  rerankDocuments,
];
