/**
 * Thread that plays many HTTP clients, so that what they cost is not the server's: each has a connection that it keeps, and
 * sends one record after the other. A parent posts a `ClientsRequest` and gets a `ClientsReply`.
 */
import { parentPort } from "node:worker_threads";
import { Pool } from "undici";
import { shareOut } from "./share-out.js";

/** Parent to thread. */
export interface ClientsRequest {
  /** Where records are posted to. */
  url: string;
  clients: number;
  records: readonly unknown[];
}

/** Thread to parent. */
export interface ClientsReply {
  seconds: number;
  /** Of each request, in the order of the records. */
  latenciesMs: number[];
  /** What was answered, or what came instead. */
  failure?: string;
}

async function run({ url, clients, records }: ClientsRequest): Promise<ClientsReply> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: clients, pipelining: 1 });
  try {
    return await shareOut(records, clients, async (record) => {
      const answer = JSON.parse(await post(pool, pathname, JSON.stringify(record))) as { reward?: number };
      if (!Number.isFinite(answer.reward)) throw new Error(`no reward: ${JSON.stringify(answer)}`);
    });
  } finally {
    await pool.destroy();
  }
}

/** By undici's own handlers: with node:http, or streams of answers, clients took as much of two cores as the server. */
function post(pool: Pool, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const headers = { "content-type": "application/json" };
    pool.dispatch(
      { path, method: "POST", headers, body },
      {
        // Without it undici takes the handler for one of its older kind.
        onRequestStart: () => undefined,
        onResponseData: (_controller, part) => {
          text += part.toString("utf8");
        },
        onResponseEnd: () => {
          resolve(text);
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      },
    );
  });
}

parentPort?.on("message", (request: ClientsRequest) => {
  run(request).then(
    (reply) => parentPort?.postMessage(reply),
    (error: unknown) =>
      parentPort?.postMessage({
        seconds: NaN,
        latenciesMs: [],
        failure: String(error),
      } satisfies ClientsReply),
  );
});
