/** The same records through every way in: each route, the command line, the API, a host, a worker of a queue. One number each. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RewardModel } from "../../lib/model/reward-model.js";
import { startScoringHost, type HostedScorer } from "../../lib/serve/host/index.js";
import { RewardServer } from "../../lib/serve/http/reward-server.js";
import { RedisServer, whyNoRedis } from "../../scripts/soak/redis-server.mjs";
import { cli, parseLines, toLines } from "../cli/cli.js";
import { batchNoise } from "../support/batch-noise.js";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";
import { post } from "./http/running-server.js";

const ROOT = path.join(import.meta.dirname, "../..");
const ENTRY = path.join(ROOT, "dist/serve/host/entry.js");
const EXACT = { device: "cpu", threads: 1, kvType: "f32" } as const;
const FLAGS = ["--device", "cpu", "--threads", "1", "--kv-type", "f32"];

if (!existsSync(ENTRY)) throw new Error("dist/ is missing: run npm run build:ts first.");

const PROMPT = "Name a prime between 10 and 20, and say why it is one.";
const ANSWERS = [
  "13.",
  "15, since it is odd.",
  "17: nothing but 1 and 17 divides it.",
  "",
  "\u2603 d\u00e9j\u00e0 vu \ud83d\ude00",
];

let folder: ModelFolder;
let model: RewardModel;
let host: HostedScorer;
let server: RewardServer;
let expected: number[];
/** The answers as rendered prompts, with the BOS tokens that the model's usage adds. */
let rendered: string[];

beforeAll(async () => {
  folder = await convertFixture("grm-llama3.2-tiny", { type: "f32" });
  model = await RewardModel.load(folder.directory, EXACT);
  host = await startScoringHost(folder.directory, { entry: ENTRY, hosts: ["child-process"], load: EXACT });
  server = await RewardServer.start(model);
  expected = [];
  rendered = [];
  for (const answer of ANSWERS) {
    const { reward, prompt = "" } = await model.score(conversation(answer), { emit: ["prompt"] });
    expected.push(reward);
    rendered.push(prompt);
  }
  const sorted = expected.toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).map((reward, index) => reward - (sorted[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(0.1);
});
afterAll(async () => {
  await server.close(0);
  await host.dispose();
  await model.dispose();
  await folder.remove();
});

function conversation(answer: string): { role: string; content: string }[] {
  return [
    { role: "user", content: PROMPT },
    { role: "assistant", content: answer },
  ];
}

async function ask<Body>(address: string, body: unknown): Promise<Body> {
  const answer = await post(server, address, body);
  expect(answer.status).toBe(200);
  return answer.body as Body;
}

interface Ranked {
  index: number;
  score: number;
}

const inOrder = (ranked: readonly Ranked[]): number[] =>
  [...ranked].sort((a, b) => a.index - b.index).map(({ score }) => score);

const records = (): object[] => ANSWERS.map((response) => ({ prompt: PROMPT, response }));
/** BOS, as the template writes it and as a client that renders writes it. */
const BOS = "<|begin_of_text|>";

async function throughQueue(): Promise<number[]> {
  const work = mkdtempSync(path.join(tmpdir(), "llama-reward-same-"));
  const redis = await RedisServer.start(work);
  const main = path.join(ROOT, "dist/cli/main.js");
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [main, ...args, "--quiet"], { encoding: "utf8" });
  try {
    const [input, out] = [path.join(work, "records.jsonl"), path.join(work, "run")];
    writeFileSync(input, toLines(records()));
    run("submit", folder.directory, input, "--queue", redis.url, "--out", out, "--kv-type", "f32");
    const machine = ["--device", "cpu", "--threads", "1", "--until-empty"];
    run("work", "--queue", redis.url, "--models", folder.directory, ...machine);
    return parseLines(run("collect", out)).map(({ reward }) => reward as number);
  } finally {
    await redis.kill();
    rmSync(work, { recursive: true });
  }
}

const WAYS: Record<string, () => Promise<number[]>> = {
  "the API, as a stream": async () => {
    const rewards: number[] = [];
    for await (const { reward } of model.scoreMany(ANSWERS.map(conversation))) rewards.push(reward);
    return rewards;
  },
  "the API, as a ranking": async () =>
    inOrder((await model.rank(PROMPT, ANSWERS)).map(({ index, reward }) => ({ index, score: reward }))),
  "a host": async () => {
    const rewards: number[] = [];
    for (const answer of ANSWERS) rewards.push((await host.score(conversation(answer))).reward);
    return rewards;
  },
  "a host, as a stream": async () => {
    const rewards: number[] = [];
    for await (const { reward } of host.scoreMany(ANSWERS.map(conversation))) rewards.push(reward);
    return rewards;
  },
  "the command line": async () => {
    const work = mkdtempSync(path.join(tmpdir(), "llama-reward-same-"));
    const input = path.join(work, "records.jsonl");
    writeFileSync(input, toLines(records()));
    const { status, records: lines } = await cli(["score", folder.directory, input, "--quiet", ...FLAGS]);
    rmSync(work, { recursive: true });
    expect(status).toBe(0);
    return lines.map(({ reward }) => reward as number);
  },
  ...(whyNoRedis() === undefined ? { "a worker of a queue": throughQueue } : {}),
  "/v1/score, one record": async () => {
    const rewards: number[] = [];
    for (const record of records()) rewards.push((await ask<{ reward: number }>("/v1/score", record)).reward);
    return rewards;
  },
  "/v1/score, a list": async () =>
    (await ask<{ reward: number }[]>("/v1/score", records())).map(({ reward }) => reward),
  "/v1/score, candidates": async () => {
    const { results } = await ask<{ results: { reward: number }[] }>("/v1/score", {
      prompt: PROMPT,
      responses: ANSWERS,
    });
    return results.map(({ reward }) => reward);
  },
  "/v1/score, JSON Lines": async () => {
    const response = await fetch(`${server.url}/v1/score`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: toLines(records()),
    });
    return (await response.text())
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { reward: number }).reward);
  },
  "/score, vLLM's pairs": async () =>
    (await ask<{ data: Ranked[] }>("/score", { queries: PROMPT, documents: ANSWERS })).data.map(
      ({ score }) => score,
    ),
  "/get_reward": async () =>
    (await ask<{ rewards: number[] }>("/get_reward", { query: rendered.map((text) => BOS + text) })).rewards,
  "/classify, messages": async () => {
    const rewards: number[] = [];
    for (const answer of ANSWERS) {
      const { data } = await ask<{ data: { probs: number[] }[] }>("/classify", {
        messages: conversation(answer),
      });
      rewards.push(data[0]?.probs[0] ?? NaN);
    }
    return rewards;
  },
  "/v1/classify, texts": async () =>
    (await ask<{ data: { probs: number[] }[] }>("/v1/classify", { input: rendered })).data.map(
      ({ probs }) => probs[0] ?? NaN,
    ),
  "/classify, texts of SGLang": async () =>
    (await ask<{ embedding: number[] }[]>("/classify", { text: rendered })).map(
      ({ embedding }) => embedding[0] ?? NaN,
    ),
  "/pooling": async () =>
    (await ask<{ data: { data: number[] }[] }>("/pooling", { input: rendered })).data.map(
      ({ data }) => data[0] ?? NaN,
    ),
  "/v1/embeddings": async () =>
    (await ask<{ data: { embedding: number[] }[] }>("/v1/embeddings", { input: rendered })).data.map(
      ({ embedding }) => embedding[0] ?? NaN,
    ),
  "/predict, pairs": async () =>
    (await ask<{ score: number }[][]>("/predict", { inputs: ANSWERS.map((answer) => [PROMPT, answer]) })).map(
      ([first]) => first?.score ?? NaN,
    ),
  "/predict, texts": async () =>
    (await ask<{ score: number }[][]>("/predict", { inputs: rendered.map((text) => [text]) })).map(
      ([first]) => first?.score ?? NaN,
    ),
  "/rerank": async () => inOrder(await ask<Ranked[]>("/rerank", { query: PROMPT, texts: ANSWERS })),
  ...Object.fromEntries(
    ["/v1/rerank", "/v2/rerank"].map((address) => [
      address,
      async () => {
        const body = { query: PROMPT, documents: ANSWERS };
        const { results } = await ask<{ results: { index: number; relevance_score: number }[] }>(
          address,
          body,
        );
        return inOrder(results.map(({ index, relevance_score: score }) => ({ index, score })));
      },
    ]),
  ),
};

describe("the rewards of the API, one by one, are those of", () => {
  it.each(Object.keys(WAYS))("%s", async (way) => {
    const rewards = (await WAYS[way]?.()) ?? [];
    expect(rewards).toHaveLength(expected.length);
    const differences = rewards.map((reward, index) => Math.abs(reward - (expected[index] ?? NaN)));
    // Another prompt, or one BOS less, changes 0.1 and more.
    expect(Math.max(...differences)).toBeLessThanOrEqual(batchNoise());
  });
});

// OpenRLHF's client asks so where it has more addresses than queries.
it("no query has no reward", async () => {
  expect(await ask("/get_reward", { query: [], prompts: [], labels: [] })).toMatchObject({ rewards: [] });
  expect(await ask("/classify", { input: [] })).toMatchObject({ data: [] });
  expect(await ask("/v1/score", [])).toEqual([]);
});
