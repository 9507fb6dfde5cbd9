import type { Progress } from "../../score/score.js";
import type { Connection } from "./connection.js";
import type { ClientMessage } from "./protocol.js";

/** Options of a call to a host that travel as messages of their own. */
export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Told how far the call is; an error it throws ends the call with that error. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Makes one request and waits for its answer. An abort rejects at once with the signal's own reason, and tells the host
 * to stop; an error thrown by `onProgress` does the same with that error.
 * @throws InvalidArgumentError the message cannot travel
 */
export async function request(
  connection: Connection,
  makeMessage: (id: number) => ClientMessage,
  options: RequestOptions = {},
): Promise<unknown> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const giveUp = (reason: unknown): void => {
        connection.release(id);
        connection.send({ type: "abort", id });
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a caller's reason stays untouched
        reject(reason);
      };
      const id = connection.open({
        onMessage: (message) => {
          if (message.type !== "progress") return;
          try {
            onProgress?.(message.progress);
          } catch (error) {
            giveUp(error);
          }
        },
        onResult: resolve,
        onError: reject,
      });
      onAbort = () => {
        giveUp(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        connection.send(makeMessage(id));
      } catch (error) {
        connection.release(id);
        throw error;
      }
    });
  } finally {
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
  }
}
