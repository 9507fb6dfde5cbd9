import { classify } from "./formats/classify.js";
import { getReward } from "./formats/get-reward.js";
import { predict } from "./formats/predict.js";
import { rerank, rerankJina } from "./formats/rerank.js";
import { scoreRoute } from "./formats/score.js";
import { scoreSteps } from "./formats/score-steps.js";
import type { IncomingMessage } from "node:http";
import type { Guards } from "./request/guards.js";
import { HttpError } from "./request/http-error.js";
import type { RouteHandler, ServableScorer } from "./request/route.js";

/** Requests with a JSON body, by path. */
const POST_ROUTES: ReadonlyMap<string, RouteHandler> = new Map([
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

/**
 * What a request is answered with.
 * @param controller of this request: aborts its work
 * @throws HttpError it is refused, or there is no such route; what scoring throws
 */
export async function route(
  request: IncomingMessage,
  scorer: ServableScorer,
  guards: Guards,
  controller: AbortController,
): Promise<unknown> {
  const [pathname = ""] = (request.url ?? "").split("?", 1);
  guards.checkHost(request);
  if (pathname === "/health") return { status: "ok" };
  guards.checkToken(request);
  const { name } = scorer.description;
  if (request.method === "GET" && pathname === "/v1/models") {
    return { object: "list", data: [{ id: name, object: "model", owned_by: "llama-reward" }] };
  }
  const handler = POST_ROUTES.get(pathname);
  if (handler === undefined) throw new HttpError(404, "NOT_FOUND", `There is no ${pathname} here.`);
  if (request.method !== "POST") throw new HttpError(405, "METHOD_NOT_ALLOWED", `${pathname} takes POST.`);
  const body = await guards.receive(request);
  // Only now: a request whose body does not come must keep nobody from work.
  guards.enter(controller);
  return handler(body, { scorer, signal: controller.signal });
}
