import { beforeAll, expect, it } from "vitest";
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

closeServers();

let fuzz: Fuzz;
let hostile: Hostile;
beforeAll(async () => {
  const scripts = [
    "../../scripts/fuzz/serve/fuzz-server.mjs",
    "../../scripts/fuzz/serve/hostile-clients.mjs",
  ];
  const [first = "", second = ""] = scripts;
  fuzz = (await import(first)) as Fuzz;
  hostile = (await import(second)) as Hostile;
});

/** A slice of `node scripts/fuzz/serve.mjs`, the same in every run, with a scorer that knows its rewards. */
it("mutants of requests, beside hostile clients, are answered or refused, and others served the same", async () => {
  const errors: unknown[] = [];
  const server = await serve(undefined, { onError: (error) => errors.push(error), maxBodyBytes: 2 ** 20 });
  const leave = hostile.hostileClients(Number(new URL(server.url).port), 3);
  const routes = ENDPOINTS.flatMap(({ paths, example }) => paths.map((path) => ({ path, example })));
  const { counts, bad } = await fuzz.fuzzServer({ url: server.url, routes, mutants: 120, firstSeed: 1 });
  leave();
  expect(bad).toEqual([]);
  expect(errors).toEqual([]);
  for (const status of ["200", "400", "415", "422"]) expect(counts[status]).toBeGreaterThan(20);
}, 120_000);
