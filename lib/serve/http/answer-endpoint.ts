import type { Context } from "hono";
import { readJsonLines } from "../../formats/json/json-lines.js";
import { rowsOf } from "./formats/score.js";
import type { HttpEnv } from "./request/exchange.js";
import { HttpError } from "./request/http-error.js";
import type { Endpoint, RouteContext } from "./request/route.js";
import { sendJson } from "./request/send-answer.js";
import { sendLines } from "./request/send-lines.js";
import { WatchedScorer } from "./request/watched-scorer.js";
import { limitWholeAnswer, withinWorkTime, workTimeOf } from "./request/work-time.js";
import type { ServerParts } from "./server-parts.js";

/** Answers a request in one wire format: takes its body, waits for its turn, scores, sends. */
export async function answerEndpoint(
  context: Context<HttpEnv>,
  endpoint: Endpoint,
  parts: ServerParts,
): Promise<Response> {
  const { bodies, limits, settings } = parts;
  const { incoming, outgoing } = context.env;
  const exchange = context.get("exchange");
  const workTime = workTimeOf(incoming.headers["prefer"], settings.workMs);
  if (endpoint.lines !== undefined && bodies.isLines(incoming)) {
    const rows = readJsonLines(bodies.lines(incoming), settings.maxItemChars);
    limitWholeAnswer(exchange, workTime);
    const work = await withinWorkTime(exchange, workTime, () => beginWork(context, undefined, parts));
    return answerLines(context, endpoint.lines(rows, work), work, parts);
  }
  const body = await bodies.json(incoming, exchange);
  if (Array.isArray(body)) limits.checkAll(body);
  return withinWorkTime(exchange, workTime, async () => {
    // Only now: a request whose body does not come must keep nobody from work.
    const work = await beginWork(context, body, parts);
    if (endpoint.lines !== undefined && Array.isArray(body) && wantsLines(context)) {
      limitWholeAnswer(exchange, workTime);
      return answerLines(context, endpoint.lines(rowsOf(body), work), work, parts);
    }
    try {
      const answer = await endpoint.handler(body, work);
      outgoing.setTimeout(settings.answerIdleMs);
      return sendJson(context, 200, answer);
    } finally {
      work.leave();
    }
  });
}

/** What a request has got when it is its turn. */
export interface Work extends RouteContext {
  /** Gives the place at work back. */
  leave: () => void;
}

/** Chooses the model and waits for a place at work. */
export async function beginWork(context: Context<HttpEnv>, body: unknown, parts: ServerParts): Promise<Work> {
  const exchange = context.get("exchange");
  const { signal } = exchange;
  const scorer = parts.models.choose(body, context.req.query("model"));
  const start = performance.now();
  const leave = await parts.queue.enter(signal);
  exchange.waitedMs = performance.now() - start;
  exchange.model = scorer.description.name;
  return { scorer: new WatchedScorer(scorer, exchange, parts.limits), signal, leave };
}

async function answerLines(
  context: Context<HttpEnv>,
  values: AsyncIterable<unknown>,
  { leave }: Work,
  { settings }: ServerParts,
): Promise<Response> {
  context.get("exchange").onEnd(leave);
  return sendLines(context, values, {
    answerIdleMs: settings.answerIdleMs,
    onFailure: (error) => {
      if (!(error instanceof HttpError)) settings.onError?.(error);
    },
  });
}

function wantsLines({ req }: Context<HttpEnv>): boolean {
  return /\bapplication\/(?:x-)?(?:ndjson|jsonl)\b/i.test(req.header("accept") ?? "");
}
