import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { RewardModel } from "../../../lib/index.js";
import { ENDPOINTS } from "../../../lib/serve/http/endpoints.js";
import { RewardServer } from "../../../lib/serve/http/index.js";

const MODEL = path.join(import.meta.dirname, "../../fixtures/models/tiny-grm");
/** What batches change of a reward: the model's weights have 16 bits. */
const TOLERANCE = 5e-3;

interface MixedLoad {
  mixedLoad: (options: {
    url: string;
    routes: { path: string; example: object }[];
    seconds: number;
    clients: number;
    tolerance: number;
  }) => Promise<{ requests: Record<string, Record<string, number>>; bad: string[] }>;
}

interface Upstream {
  stubUpstream: (options: {
    delayMs: (index: number) => number;
  }) => Promise<{ url: string; close: () => void }>;
}

let load: MixedLoad;
let upstream: Upstream;
beforeAll(async () => {
  const scripts = [
    "../../../scripts/soak/serve/mixed-load.mjs",
    "../../../scripts/fuzz/serve/stub-upstream.mjs",
  ];
  const [first = "", second = ""] = scripts;
  load = (await import(first)) as MixedLoad;
  upstream = (await import(second)) as Upstream;
});

/** A slice of `node scripts/soak/serve.mjs`, in this process. */
it("a mixed load is answered as it should be, and leaves nothing behind", async () => {
  const errors: unknown[] = [];
  const stub = await upstream.stubUpstream({ delayMs: (index) => (index % 5) * 20 });
  const model = await RewardModel.load(MODEL, { device: "cpu", threads: 1 });
  const server = await RewardServer.start(model, {
    maxRequests: 24,
    maxQueue: 32,
    upstream: { url: stub.url },
    onError: (error) => errors.push(error),
  });
  const routes = ENDPOINTS.flatMap(({ paths, example }) => paths.map((each) => ({ path: each, example })));
  const { requests, bad } = await load.mixedLoad({
    url: server.url,
    routes: routes.filter((route) => route.path !== "/v1/score_steps"),
    seconds: 20,
    clients: 12,
    tolerance: TOLERANCE,
  });
  expect(bad).toEqual([]);
  expect(errors).toEqual([]);
  for (const kind of ["route", "records", "lines", "chat", "leaver", "slowReader", "burst", "hurried"]) {
    expect(requests, kind).toHaveProperty(kind);
  }
  await expect.poll(() => model.queue, { timeout: 30_000 }).toEqual({ calls: 0, waiting: 0, tokens: 0 });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain("llama_reward_requests_running 0");
  expect(metrics).toContain("llama_reward_requests_waiting 0");
  await server.close(0);
  await model.dispose();
  stub.close();
}, 120_000);
