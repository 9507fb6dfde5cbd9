import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { HttpEnv } from "./exchange.js";
import type { ExtraHeaders } from "./http-error.js";

/** Time for a refused body to arrive before its connection is closed. */
const DRAIN_MS = 5_000;

/** Answers with JSON. */
export function sendJson(
  context: Context<HttpEnv>,
  status: number,
  body: unknown,
  headers: ExtraHeaders = {},
): Response {
  const type = { "content-type": "application/json; charset=utf-8" };
  return sendBody(context, status, JSON.stringify(body), { ...type, ...headers });
}

/**
 * Answers with a body as it is; where the request's body may still be on its way, the answer ends when that has come. Written by Node's own
 * means: a `Response` would have its body read as a stream, which takes longer than all else of a small request.
 */
export function sendBody(
  { env }: Context<HttpEnv>,
  status: number,
  body: string | Uint8Array,
  headers: ExtraHeaders,
): Response {
  const { incoming, outgoing } = env;
  const length = { "content-length": Buffer.byteLength(body) };
  if (isOnItsWay(incoming)) {
    outgoing.writeHead(status, { ...headers, ...length, connection: "close" });
    outgoing.write(body);
    void drain(incoming).then(() => outgoing.end());
  } else {
    outgoing.writeHead(status, { ...headers, ...length });
    outgoing.end(body);
  }
  return RESPONSE_ALREADY_SENT;
}

/** Whether a body was announced and has not come to its end. */
function isOnItsWay({ complete, headers }: IncomingMessage): boolean {
  const isAnnounced =
    headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return isAnnounced && !complete;
}

/**
 * Throws away what is left of a body, for a while. A connection closed while its client still sends is reset, and most
 * clients then never see the answer that is there already.
 */
async function drain(request: IncomingMessage): Promise<void> {
  const timeUp = AbortSignal.timeout(DRAIN_MS);
  request.resume();
  await once(request, "close", { signal: timeUp }).catch(() => undefined);
}
