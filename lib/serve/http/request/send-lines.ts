import type { Context } from "hono";
import type { HttpEnv } from "./exchange.js";
import { errorAnswer } from "./http-error.js";

/** How an answer of lines goes out. */
export interface LinesOptions {
  /** Time for the client to take a line. */
  answerIdleMs: number;
  /** Told why an answer broke off. */
  onFailure: (error: unknown) => void;
}

/**
 * Answers with JSON Lines, each as soon as it is there and the client has taken those before it. Once lines have gone out the
 * status cannot change: a failure is the last line, and the connection breaks, so that nobody takes a part for the whole.
 * @throws what the first line throws: it is answered like any other request
 */
export async function sendLines(
  context: Context<HttpEnv>,
  values: AsyncIterable<unknown>,
  { answerIdleMs, onFailure }: LinesOptions,
): Promise<Response> {
  const { outgoing } = context.env;
  const iterator = values[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let first: IteratorResult<unknown> | undefined = await iterator.next();
  let isBroken = false;
  const body = new ReadableStream<Uint8Array>(
    {
      // Only called when the client has taken what was sent: while a score is waited for, no time limit of the client's runs.
      async pull(controller) {
        outgoing.setTimeout(0);
        if (isBroken) {
          outgoing.socket?.destroySoon();
          return;
        }
        let line: unknown;
        try {
          const next: IteratorResult<unknown, unknown> = first ?? (await iterator.next());
          first = undefined;
          if (next.done === true) {
            controller.close();
            return;
          }
          line = next.value;
        } catch (error) {
          onFailure(error);
          isBroken = true;
          line = errorAnswer(error).body;
        }
        controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
        outgoing.setTimeout(answerIdleMs);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return context.body(body, 200, { "content-type": "application/x-ndjson; charset=utf-8" });
}
