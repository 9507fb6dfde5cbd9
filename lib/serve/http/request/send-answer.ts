import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Time for a client to take more of its answer. */
const ANSWER_IDLE_MS = 60_000;

/** Time for a refused body to arrive before its connection is closed. */
const DRAIN_MS = 5_000;

/** @param request the one answered, where its body may still be on its way */
export function sendAnswer(
  response: ServerResponse,
  status: number,
  body: unknown,
  request?: IncomingMessage,
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.setTimeout(ANSWER_IDLE_MS);
  response.write(text);
  if (request === undefined || request.complete) response.end();
  else void drain(request).then(() => response.end());
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
