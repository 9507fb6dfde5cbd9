import { Hono } from "hono";
import { ENDPOINTS } from "./endpoints.js";
import type { HttpEnv, LiveExchanges } from "./request/exchange.js";
import type { Guards } from "./request/guards.js";
import { errorAnswer, HttpError } from "./request/http-error.js";
import type { RouteHandler, ServableScorer } from "./request/route.js";
import { sendJson } from "./request/send-answer.js";

/** What the routes work with. */
export interface AppParts {
  scorer: ServableScorer;
  guards: Guards;
  exchanges: LiveExchanges;
  onError: ((error: unknown) => void) | undefined;
}

/** The routes and what stands before each of them. */
export function makeApp(parts: AppParts): Hono<HttpEnv> {
  const { scorer, guards, exchanges, onError } = parts;
  const app = new Hono<HttpEnv>();
  app.use(async (context, next) => {
    context.set("exchange", exchanges.open(context.env));
    const { incoming } = context.env;
    guards.checkHost(incoming);
    // An absolute address may name another server.
    if (incoming.url?.startsWith("/") !== true) throw notFound(incoming.url ?? "");
    if (context.req.path !== "/health") guards.checkToken(incoming);
    await next();
  });
  app.get("/health", (context) => sendJson(context, 200, { status: "ok" }));
  app.get("/v1/models", (context) => {
    const { name } = scorer.description;
    return sendJson(context, 200, {
      object: "list",
      data: [{ id: name, object: "model", owned_by: "llama-reward" }],
    });
  });
  for (const [path, handler] of ENDPOINTS) addEndpoint(app, path, handler, parts);
  app.notFound(({ req }) => {
    throw notFound(req.path);
  });
  app.onError((error, context) => {
    const { status, body, headers } = errorAnswer(error);
    if (status >= 500 && !(error instanceof HttpError)) onError?.(error);
    return sendJson(context, status, body, headers);
  });
  return app;
}

function addEndpoint(
  app: Hono<HttpEnv>,
  path: string,
  handler: RouteHandler,
  { scorer, guards }: AppParts,
): void {
  app.post(path, async (context) => {
    const { signal } = context.get("exchange");
    const body = await guards.receive(context.env.incoming);
    // Only now: a request whose body does not come must keep nobody from work.
    guards.enter();
    try {
      return sendJson(context, 200, await handler(body, { scorer, signal }));
    } finally {
      guards.leave();
    }
  });
  app.all(path, () => {
    throw new HttpError(405, "METHOD_NOT_ALLOWED", `${path} takes POST.`, { allow: "POST" });
  });
}

function notFound(path: string): HttpError {
  return new HttpError(404, "NOT_FOUND", `There is no ${path} here.`);
}
