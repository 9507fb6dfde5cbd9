import { Hono, type Context } from "hono";
import { ENDPOINTS } from "./endpoints.js";
import { answerChat } from "./answer-chat.js";
import { CHAT_PATH } from "./chat/chat-endpoint.js";
import { answerEndpoint } from "./answer-endpoint.js";
import type { HttpEnv } from "./request/exchange.js";
import { errorAnswer, HttpError } from "./request/http-error.js";
import { sendJson } from "./request/send-answer.js";
import type { ServerParts } from "./server-parts.js";
import { STATUS_ROUTES } from "./status/status-routes.js";

/** The routes and what stands before each of them. */
export function makeApp(parts: ServerParts): Hono<HttpEnv> {
  const { access, exchanges, settings } = parts;
  const app = new Hono<HttpEnv>();
  app.use(async (context, next) => {
    const { incoming, outgoing } = context.env;
    const exchange = exchanges.open(context.env);
    context.set("exchange", exchange);
    exchange.onEnd(() => {
      parts.metrics.add(exchange);
      parts.log.add(exchange);
    });
    access.checkHost(incoming);
    access.checkOrigin(incoming, outgoing);
    // An absolute address may name another server.
    if (incoming.url?.startsWith("/") !== true) throw notFound(incoming.url ?? "");
    if (isPreflight(context)) {
      access.allowPage(outgoing);
      return context.body(null, 204);
    }
    if (STATUS_ROUTES.find(({ path }) => path === context.req.path)?.isOpen !== true) {
      access.checkToken(incoming);
    }
    await next();
    return undefined;
  });
  for (const { path, answer } of STATUS_ROUTES) {
    app.get(path, (context) => {
      context.get("exchange").route = path;
      return answer(context, parts);
    });
  }
  const addPost = (path: string, answer: (context: Context<HttpEnv>) => Promise<Response>): void => {
    app.post(path, (context) => {
      context.get("exchange").route = path;
      return answer(context);
    });
    app.all(path, () => {
      throw new HttpError(405, "METHOD_NOT_ALLOWED", `${path} takes POST.`, { allow: "POST" });
    });
  };
  for (const endpoint of ENDPOINTS) {
    for (const path of endpoint.paths) addPost(path, (context) => answerEndpoint(context, endpoint, parts));
  }
  const { chat } = parts;
  if (chat !== undefined) addPost(CHAT_PATH, (context) => answerChat(context, chat, parts));
  app.notFound(({ req }) => {
    throw notFound(req.path);
  });
  app.onError((error, context) => {
    const { status, body, headers } = errorAnswer(error);
    if (status >= 500 && !(error instanceof HttpError)) settings.onError?.(error);
    context.env.outgoing.setTimeout(settings.answerIdleMs);
    return sendJson(context, status, body, headers);
  });
  return app;
}

/** Whether a browser asks if a page may ask. */
function isPreflight({ req }: Context<HttpEnv>): boolean {
  return (
    req.method === "OPTIONS" &&
    req.header("origin") !== undefined &&
    req.header("access-control-request-method") !== undefined
  );
}

function notFound(path: string): HttpError {
  return new HttpError(404, "NOT_FOUND", `There is no ${path} here.`);
}
