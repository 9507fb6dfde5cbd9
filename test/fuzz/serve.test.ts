import { beforeAll, expect, it } from "vitest";
import { CHAT_ENDPOINT } from "../../lib/serve/http/chat/chat-endpoint.js";
import { ENDPOINTS } from "../../lib/serve/http/endpoints.js";
import { closeServers, serve } from "../serve/http/running-server.js";

interface Fuzz {
  fuzzServer: (options: {
    url: string;
    routes: { path: string; example: object }[];
    mutants: number;
    firstSeed: number;
  }) => Promise<{ counts: Record<string, number>; bad: string[] }>;
}

interface Hostile {
  hostileClients: (port: number, each: number) => () => void;
}

interface Upstream {
  stubUpstream: () => Promise<{ url: string; close: () => void }>;
}

closeServers();

let upstream: Upstream;
let fuzz: Fuzz;
let hostile: Hostile;
beforeAll(async () => {
  const scripts = [
    "../../scripts/fuzz/serve/fuzz-server.mjs",
    "../../scripts/fuzz/serve/hostile-clients.mjs",
    "../../scripts/fuzz/serve/stub-upstream.mjs",
  ];
  const [first = "", second = "", third = ""] = scripts;
  fuzz = (await import(first)) as Fuzz;
  hostile = (await import(second)) as Hostile;
  upstream = (await import(third)) as Upstream;
});

/** A slice of `node scripts/fuzz/serve.mjs`, the same in every run, with a scorer that knows its rewards. */
it("mutants of requests, beside hostile clients, are answered or refused, and others served the same", async () => {
  const errors: unknown[] = [];
  const { url, close } = await upstream.stubUpstream();
  const server = await serve(undefined, {
    onError: (error) => errors.push(error),
    maxBodyBytes: 2 ** 20,
    upstream: { url },
  });
  const leave = hostile.hostileClients(Number(new URL(server.url).port), 3);
  const routes = [...ENDPOINTS, CHAT_ENDPOINT].flatMap(({ paths, example }) =>
    paths.map((path) => ({ path, example })),
  );
  const { counts, bad } = await fuzz.fuzzServer({ url: server.url, routes, mutants: 120, firstSeed: 1 });
  leave();
  close();
  expect(bad).toEqual([]);
  expect(errors).toEqual([]);
  for (const status of ["200", "400", "415", "422"]) expect(counts[status]).toBeGreaterThan(20);
}, 120_000);
