import { afterEach } from "vitest";
import { RewardServer, type RewardServerOptions } from "../../../lib/serve/http/reward-server.js";
import { FakeTextScorer, type FakeScorer } from "../host/fake-scorer.js";

const started: RewardServer[] = [];

/** Closes the servers of {@link serve} after each test of the calling file. */
export function closeServers(): void {
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.close(0)));
  });
}

/** A server on a free port. */
export async function serve(
  scorer: FakeScorer | FakeScorer[] = new FakeTextScorer("fake"),
  options: RewardServerOptions = {},
): Promise<RewardServer> {
  const server = await RewardServer.start(scorer, options);
  started.push(server);
  return server;
}

/** Sends a body: a text as it is, anything else as JSON. */
export async function post(
  server: RewardServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Sends a body of bytes as they are. */
export async function postBytes(
  server: RewardServer,
  path: string,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(body),
  });
  return { status: response.status, body: await response.json() };
}
