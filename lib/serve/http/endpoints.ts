import { classify } from "./formats/classify.js";
import { getReward } from "./formats/get-reward.js";
import { predict } from "./formats/predict.js";
import { rerank, rerankJina } from "./formats/rerank.js";
import { scoreRoute } from "./formats/score.js";
import { scoreSteps } from "./formats/score-steps.js";
import type { RouteHandler } from "./request/route.js";

/** Requests with a JSON body, by path. */
export const ENDPOINTS: ReadonlyMap<string, RouteHandler> = new Map([
  ["/score", scoreRoute],
  ["/v1/score_steps", scoreSteps],
  ["/get_reward", getReward],
  ["/classify", classify],
  ["/v1/classify", classify],
  ["/predict", predict],
  ["/rerank", rerank],
  ["/v1/rerank", rerankJina],
  ["/v2/rerank", rerankJina],
]);
