import type { Context } from "hono";
import { beginWork } from "./answer-endpoint.js";
import type { HttpEnv } from "./request/exchange.js";
import { parseShape } from "./request/parse-body.js";
import { withinWorkTime, workTimeOf } from "./request/work-time.js";
import type { ServerParts } from "./server-parts.js";
import type { ChatProxy } from "./chat/chat-proxy.js";
import { chatSchema, EXTENSION } from "./chat/chat-request.js";

/** Answers a request for a chat completion: takes its body, waits for its turn, lets the proxy work. */
export async function answerChat(
  context: Context<HttpEnv>,
  proxy: ChatProxy,
  parts: ServerParts,
): Promise<Response> {
  const { bodies, settings } = parts;
  const exchange = context.get("exchange");
  const workTime = workTimeOf(context.env.incoming.headers["prefer"], settings.workMs);
  const request = parseShape(chatSchema, await bodies.json(context.env.incoming, exchange));
  return withinWorkTime(exchange, workTime, async () => {
    // The request's own model is the upstream's.
    const work = await beginWork(context, { model: request[EXTENSION]?.model }, parts);
    try {
      const response = await proxy.complete(context, request, work);
      context.env.outgoing.setTimeout(settings.answerIdleMs);
      return response;
    } finally {
      work.leave();
    }
  });
}
