import { beforeAll, describe, expect, it } from "vitest";
import { CHAT_ENDPOINT, CHAT_PATH } from "../../lib/serve/http/chat/chat-endpoint.js";
import { ENDPOINTS } from "../../lib/serve/http/endpoints.js";
import type { RewardServerOptions } from "../../lib/serve/http/index.js";
import { STATUS_ROUTES } from "../../lib/serve/http/status/status-routes.js";
import { closeServers, serve } from "../serve/http/running-server.js";

type Route = object;

/** The scripts, of which there are no types. */
interface Fuzz {
  fuzzServer: (options: {
    url: string;
    routes: Route[];
    known: { path: string; example: object };
    mutants: number;
    firstSeed: number;
  }) => Promise<{ counts: Record<string, number>; bad: string[] }>;
  bodyRoute: (path: string, example: object) => Route;
  statusRoute: (path: string) => Route;
  upstreamRoute: (path: string, example: object | undefined, hasN: boolean) => Route;
  hostileClients: (port: number, each: number) => () => void;
  stubUpstream: () => Promise<{ url: string; close: () => void }>;
  hostileUpstream: () => Promise<{ url: string; close: () => void; state: { together: number } }>;
}

closeServers();

let fuzz: Fuzz;
beforeAll(async () => {
  const scripts = ["fuzz-server", "fuzz-routes", "hostile-clients", "hostile-upstream", "stub-upstream"];
  const loaded = await Promise.all(
    scripts.map((name) => import(`../../scripts/fuzz/serve/${name}.mjs`) as Promise<object>),
  );
  fuzz = Object.assign({}, ...loaded) as Fuzz;
});

const [first] = ENDPOINTS;
const known = { path: first?.paths[0] ?? "", example: first?.example ?? {} };

/** A slice of `node scripts/fuzz/serve.mjs`, the same in every run, with a scorer that knows its rewards, beside hostile clients. */
async function sent(
  routes: Route[],
  mutants: number,
  upstream: NonNullable<RewardServerOptions["upstream"]>,
): Promise<Record<string, number>> {
  const errors: unknown[] = [];
  const server = await serve(undefined, {
    onError: (error) => errors.push(error),
    maxBodyBytes: 2 ** 20,
    upstream,
  });
  const leave = fuzz.hostileClients(Number(new URL(server.url).port), 3);
  const { counts, bad } = await fuzz.fuzzServer({ url: server.url, routes, known, mutants, firstSeed: 1 });
  leave();
  expect(bad).toEqual([]);
  expect(errors).toEqual([]);
  return counts;
}

describe("beside hostile clients", () => {
  it("mutants of bodies are answered or refused, and others served the same", async () => {
    const { url, close } = await fuzz.stubUpstream();
    const routes = [...ENDPOINTS, CHAT_ENDPOINT].flatMap(({ paths, example }) =>
      paths.map((path) => fuzz.bodyRoute(path, example)),
    );
    const counts = await sent(routes, 120, { url });
    close();
    for (const status of ["200", "400", "415", "422"]) expect(counts[status]).toBeGreaterThan(20);
  }, 120_000);

  it("odd addresses and header fields are answered or refused", async () => {
    const { url, close } = await fuzz.stubUpstream();
    const counts = await sent(
      STATUS_ROUTES.map(({ path }) => fuzz.statusRoute(path)),
      50,
      { url },
    );
    close();
    for (const status of ["200", "403"]) expect(counts[status]).toBeGreaterThan(2);
  }, 120_000);

  it("whatever an upstream answers is chosen from, handed on or named, and others served the same", async () => {
    const { url, close, state } = await fuzz.hostileUpstream();
    const routes = [
      fuzz.upstreamRoute(CHAT_PATH, CHAT_ENDPOINT.example, true),
      fuzz.upstreamRoute(CHAT_PATH, CHAT_ENDPOINT.example, false),
      fuzz.upstreamRoute("/v1/models", undefined, false),
    ];
    const counts = await sent(routes, 300, { url, timeoutMs: 300 });
    close();
    for (const status of ["200", "502", "504", "429"]) expect(counts[status]).toBeGreaterThan(2);
    expect(state.together).toBeGreaterThan(200);
  }, 120_000);
});
