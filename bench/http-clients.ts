/**
 * Thread that plays many HTTP clients, so that what they cost is not the server's: each has a connection that it keeps, and
 * sends one record after the other. A parent posts a `ClientsRequest` and gets a `ClientsReply`.
 */
import { Agent, request as httpRequest } from "node:http";
import { parentPort } from "node:worker_threads";
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
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  try {
    return await shareOut(records, clients, async (record) => {
      const answer = JSON.parse(await post(url, JSON.stringify(record), agent)) as { reward?: number };
      if (!Number.isFinite(answer.reward)) throw new Error(`no reward: ${JSON.stringify(answer)}`);
    });
  } finally {
    agent.destroy();
  }
}

function post(url: string, body: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = httpRequest(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => {
        resolve(text);
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
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
