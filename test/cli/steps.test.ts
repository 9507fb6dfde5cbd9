/** A process reward model through every door: the command line, the server, a host. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel } from "../../lib/index.js";
import { startScoringHost } from "../../lib/serve/host/index.js";
import { RewardServer } from "../../lib/serve/http/reward-server.js";
import { convertFixture, makeFolder, type ModelFolder } from "../support/fixtures.js";
import { post } from "../serve/http/running-server.js";
import { cli } from "./cli.js";

const ROOT = join(import.meta.dirname, "..", "..");
const CHECKPOINT = join(ROOT, "test/fixtures/steps/qwen2.5-math-prm");
/** As test/model/process-reward.test.ts: rounding in float32. */
const DIGITS = 3;
const EXACT = { device: "cpu", threads: 1, kvType: "f32" } as const;
const EXACT_OPTIONS = ["--device", "cpu", "--threads", "1", "--kv-type", "f32"];

interface Case {
  prompt: string;
  steps: string[];
  rewards: number[];
  reward: number;
}

/** Result of a record of steps. */
interface Result {
  reward: number;
  steps: { reward: number }[];
}

let folder: ModelFolder;
let outcome: ModelFolder;
let modelDir: string;
let cases: Case[];

beforeAll(async () => {
  folder = await makeFolder();
  modelDir = join(folder.directory, "model");
  await convertCheckpoint(CHECKPOINT, modelDir, { type: "f32", hubId: "Qwen/Qwen2.5-Math-PRM-7B" });
  outcome = await convertFixture("skywork-llama3.1-tiny", { type: "f32" });
  cases = JSON.parse(await readFile(join(CHECKPOINT, "expected.json"), "utf8")) as Case[];
});
afterAll(async () => {
  await folder.remove();
  await outcome.remove();
});

function expectReference(results: readonly unknown[]): void {
  expect(results).toHaveLength(cases.length);
  for (const [index, result] of (results as Result[]).entries()) {
    const { rewards, reward } = cases[index] ?? { rewards: [], reward: NaN };
    expect(result.steps).toHaveLength(rewards.length);
    for (const [step, expected] of rewards.entries())
      expect(result.steps[step]?.reward).toBeCloseTo(expected, DIGITS);
    expect(result.reward).toBeCloseTo(reward, DIGITS);
  }
}

describe("the command line", () => {
  const records = (): string =>
    cases.map(({ prompt, steps }) => JSON.stringify({ prompt, steps })).join("\n");

  it("scores records of steps", async () => {
    const { status, records: results } = await cli(["score", modelDir, ...EXACT_OPTIONS], {
      stdin: records(),
    });
    expect(status).toBe(0);
    expectReference(results);
  });

  it("puts steps together by another rule", async () => {
    const args = ["score", modelDir, "--aggregate", "min", ...EXACT_OPTIONS];
    const { records: results } = await cli(args, { stdin: records() });
    for (const [index, { rewards }] of cases.entries())
      expect(results[index]?.["reward"]).toBeCloseTo(Math.min(...rewards), DIGITS);
  });

  it("ranks responses that are cut into steps", async () => {
    const [{ prompt, steps } = { prompt: "", steps: [] }] = cases;
    const responses = [steps.join("\n"), steps.slice(0, 1).join("\n")];
    const given = responses.flatMap((response) => ["--response", response]);
    const args = ["rank", modelDir, "--prompt", prompt, ...given, "--json", ...EXACT_OPTIONS];
    const { records: ranked } = await cli([...args, "--split-steps", "\\n"]);
    const results = ranked[0]?.["results"] as Result[];
    expect(results[0]?.reward).toBeCloseTo(cases[0]?.reward ?? NaN, DIGITS);
    expect(results[0]?.steps).toHaveLength(steps.length);
    expect(results[1]?.steps).toHaveLength(1);
    const unsplit = await cli(args);
    expect(unsplit.status).toBe(2);
    expect(unsplit.stderr).toContain("--split-steps");
  });

  it("refuses whole answers for it, and steps for another model", async () => {
    const whole = await cli(["score", modelDir], { stdin: '{"prompt":"a","response":"b"}' });
    expect(whole.status).toBe(3);
    expect(whole.stdout).toContain("CONVERSATION_INVALID");
    const steps = await cli(["score", outcome.directory], { stdin: '{"prompt":"a","steps":["b"]}' });
    expect(steps.status).toBe(3);
    expect(steps.stdout).toContain("CONVERSATION_INVALID");
  });

  it("inspects how steps are joined", async () => {
    const { stdout } = await cli(["inspect", modelDir]);
    expect(stdout).toContain("<extra_0>");
    expect(stdout).toMatch(/product/);
  });
});

describe("the server", () => {
  const running: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const each of running.splice(0).reverse()) await each.close();
  });

  async function serve(directory: string): Promise<RewardServer> {
    const model = await RewardModel.load(directory, EXACT);
    running.push({ close: () => model.dispose() });
    const server = await RewardServer.start(model);
    running.push({ close: () => server.close(0) });
    return server;
  }

  it("answers /v1/score_steps, one input or several", async () => {
    const server = await serve(modelDir);
    const inputs = cases.map(({ prompt, steps }) => ({ prompt, steps }));
    const many = await post(server, "/v1/score_steps", { inputs });
    expect(many.status).toBe(200);
    expectReference((many.body as { results: unknown[] }).results);
    const [one] = inputs;
    const single = await post(server, "/v1/score_steps", one);
    expect((single.body as Result).reward).toBeCloseTo(cases[0]?.reward ?? NaN, DIGITS);
  });

  it.each([
    ["nothing", {}],
    ["both forms", { prompt: "a", steps: ["b"], inputs: [{ prompt: "a", steps: ["b"] }] }],
    ["no step", { prompt: "a", steps: [] }],
    ["half of it", { prompt: "a" }],
    ["a rule that it does not follow", { prompt: "a", steps: ["b"], aggregate: "min" }],
  ])("refuses %s", async (_, body) => {
    expect((await post(await serve(modelDir), "/v1/score_steps", body)).status).toBe(422);
  });

  it("refuses steps for a model of whole answers", async () => {
    const { status, body } = await post(await serve(outcome.directory), "/v1/score_steps", {
      prompt: "a",
      steps: ["b"],
    });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain("/score");
  });
});

it("a host gives the same", async () => {
  const host = await startScoringHost(modelDir, {
    entry: join(ROOT, "dist", "serve", "host", "entry.js"),
    hosts: ["child-process"],
    load: EXACT,
  });
  try {
    const results: unknown[] = [];
    for (const { prompt, steps } of cases) results.push(await host.scoreSteps(prompt, steps));
    expectReference(results);
  } finally {
    await host.dispose();
  }
});
