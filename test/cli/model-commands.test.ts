import { copyFile, rename, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CHECKPOINTS,
  convertFixture,
  readExpected,
  temporaryFolder,
  type Expected,
  type ModelFolder,
} from "../support/fixtures.js";
import { cli } from "./cli.js";

const EXACT = ["--kv-type", "f32", "--threads", "1"];

let urm: ModelFolder;
let expected: Expected;

beforeAll(async () => {
  urm = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
  expected = await readExpected("urm-llama3.1-tiny");
});
afterAll(() => urm.remove());

/** The two cases of one question: text prompt, responses, reference rewards. */
function question(): { prompt: string; responses: string[]; scores: number[]; stds: number[] } {
  const cases = ["sigmoid-wrong", "sigmoid-right"].map((id) => expected.cases.find((item) => item.id === id));
  return {
    prompt: cases[0]?.messages[0]?.content ?? "",
    responses: cases.map((item) => item?.messages[1]?.content ?? ""),
    scores: cases.map((item) => item?.score ?? NaN),
    stds: cases.map((item) => item?.std ?? NaN),
  };
}

describe("rank", () => {
  function rank(...args: string[]): ReturnType<typeof cli> {
    const { prompt, responses } = question();
    const given = responses.flatMap((response) => ["--response", response]);
    return cli(["rank", urm.directory, "--prompt", prompt, ...given, ...EXACT, ...args]);
  }

  it("shows what a penalty orders by, in the table and in JSON", async () => {
    const { scores, stds } = question();
    const adjusted = scores.map((score, index) => score - 2.5 * (stds[index] ?? NaN));
    const { records } = await rank("--penalty", "2.5", "--json");
    const results = records[0]?.["results"] as { adjusted: number }[];
    results.forEach((result, index) => {
      expect(result.adjusted).toBeCloseTo(adjusted[index] ?? NaN, 2);
    });
    const { stdout } = await rank("--penalty", "2.5");
    expect(stdout).toMatch(/^rank\s+adjusted\s+reward\s+std\s+tokens\s+response$/m);
    const lines = stdout.split("\n").filter((line) => /^ *\d/.test(line));
    expect(lines).toHaveLength(adjusted.length);
    const shown = lines.map((line) => Number(line.trim().split(/\s+/)[1]));
    adjusted.sort((a, b) => b - a);
    shown.forEach((value, place) => {
      expect(value).toBeCloseTo(adjusted[place] ?? NaN, 2);
    });
    expect((await rank("--json")).stdout).not.toContain("adjusted");
  });

  it("prints nothing of an answer that a terminal would obey", async () => {
    const answers = ["--response", "good\u001b[2Jx\u202ey", "--response", "\u009b31m"];
    for (const more of [[], ["--json"]]) {
      const { status, stdout } = await cli([
        "rank",
        urm.directory,
        "--prompt",
        "q",
        ...answers,
        ...EXACT,
        ...more,
      ]);
      expect(status).toBe(0);
      // eslint-disable-next-line no-control-regex -- these are what it is about
      expect(stdout).not.toMatch(/[\u001b\u009b\u202e]/);
    }
  });

  it("orders by reward", async () => {
    const { scores, stds } = question();
    const best = (scores[0] ?? 0) >= (scores[1] ?? 0) ? 0 : 1;
    const { status, records } = await rank("--json");
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({ best, ranking: [best, 1 - best] });
    const results = records[0]?.["results"] as { reward: number; std: number }[];
    results.forEach(({ reward, std }, index) => {
      expect(reward).toBeCloseTo(scores[index] ?? NaN, 3);
      expect(std).toBeCloseTo(stds[index] ?? NaN, 3);
    });
  });

  it("prints a table, best first", async () => {
    const { stdout } = await rank();
    const [head, first, second] = stdout.split("\n");
    expect(head).toMatch(/^rank\s+reward\s+std\s+tokens\s+response$/);
    expect([first, second].map((row) => row?.trim().split(/\s+/)[0])).toEqual(["1", "2"]);
  });

  it("counts uncertainty against an answer when asked", async () => {
    const { scores, stds } = question();
    const [a = NaN, b = NaN] = scores;
    const [sa = NaN, sb = NaN] = stds;
    // A penalty beyond the point where both lower bounds meet turns the order around.
    const turning = (a - b) / (sa - sb);
    const lower = sa < sb ? 0 : 1;
    const { records } = await rank("--json", "--penalty", String(Math.max(0, turning) + 10));
    expect(records[0]).toMatchObject({ best: lower });
    const { records: abstained } = await rank("--json", "--max-std", "0.000001");
    expect(abstained[0]).toMatchObject({ best: null });
  });
});

describe("compare", () => {
  it("gives margin, probability and both scores", async () => {
    const { prompt, responses, scores } = question();
    const [a = "", b = ""] = responses;
    const margin = (scores[0] ?? NaN) - (scores[1] ?? NaN);
    const args = ["compare", urm.directory, "--prompt", prompt, "--a", a, "--b", b, ...EXACT];
    const { status, records } = await cli([...args, "--json"]);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({
      a: { reward: expect.closeTo(scores[0] ?? NaN, 3) as number },
      b: { reward: expect.closeTo(scores[1] ?? NaN, 3) as number },
      margin: expect.closeTo(margin, 3) as number,
      probability: expect.closeTo(1 / (1 + Math.exp(-margin)), 3) as number,
    });
    const { stdout } = await cli(args);
    expect(stdout).toMatch(margin > 0 ? /^a is better with probability / : /^b is better with probability /);
  });
});

describe("inspect", () => {
  it("describes a model folder", async () => {
    const { status, records } = await cli(["inspect", urm.directory, "--json"]);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({
      kind: "model-folder",
      hiddenSize: 64,
      head: { kind: "gated-attributes", task: "score" },
      backbones: [{ type: "f32", isDefault: true, isPresent: true }],
      prompt: { bosCount: 2, position: "last-non-pad" },
    });
    const { stdout } = await cli(["inspect", urm.directory]);
    expect(stdout).toContain("helpfulness, correctness, coherence, complexity, verbosity");
  });

  it.each([
    ["grm-llama3.2-tiny", "value-head", { bosCount: 2, position: "last" }],
    ["starling-34b-tiny", "starling", { bosCount: 0, position: "before-first-pad" }],
    ["ultrarm-eos-tiny", "regression", { bosCount: 1, eosAppended: true }],
    ["skywork-qwen2-tiny", "score", { bosCount: 0, normalization: "NFC", position: "last-non-pad" }],
  ])("describes the checkpoint %s", async (name, kind, prompt) => {
    const { status, records } = await cli(["inspect", join(CHECKPOINTS, name), "--json"]);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({ kind: "checkpoint", name, prompt });
    expect(JSON.stringify(records[0]?.["head"])).toContain(kind);
  });

  it("says of a GGUF without a head what it lacks, and where to get it", async () => {
    const folder = await temporaryFolder();
    const lost = join(folder, "Skywork-Reward-Llama-3.1-8B.Q8_0.gguf");
    await copyFile(join(urm.directory, "backbone-f32.gguf"), lost);
    const { status, records, stdout } = await cli(["inspect", lost, "--json"]);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({ kind: "gguf", architecture: "llama", hiddenSize: 64, head: null });
    expect(stdout).toContain("no reward head");
    expect(stdout).toContain("llama-reward pull Skywork/Skywork-Reward-Llama-3.1-8B");
    await truncate(lost, 100_000);
    const truncated = await cli(["inspect", lost]);
    expect(truncated.status).toBe(2);
    expect(truncated.stderr).toMatch(/MODEL_INVALID: .*truncated/);
    const inFolder = await cli(["inspect", join(urm.directory, "backbone-f32.gguf")]);
    expect(inFolder.stdout).toContain("pass the folder");
  });

  it("notices a missing backbone file", async () => {
    const model = await convertFixture("grm-linear-tiny", { type: "f16" });
    await rename(join(model.directory, "backbone-f16.gguf"), join(model.directory, "elsewhere.gguf"));
    const { records } = await cli(["inspect", model.directory, "--json"]);
    expect(records[0]).toMatchObject({ backbones: [{ isPresent: false }] });
    expect(String(records[0]?.["verdict"])).toContain("backbone-f16.gguf");
    await model.remove();
  });

  it.each([
    ["nothing", "/nowhere", 2, "INVALID_ARGUMENT"],
    ["a file that is no GGUF", import.meta.filename, 2, "MODEL_INVALID"],
    ["a folder that is neither", import.meta.dirname, 1, "CHECKPOINT_INVALID"],
  ])("refuses %s", async (_, target, status, code) => {
    const result = await cli(["inspect", target]);
    expect(result).toMatchObject({ status, stdout: "" });
    expect(result.stderr).toMatch(new RegExp(`^llama-reward: ${code}: `));
  });
});

describe("convert", () => {
  it("makes a folder that scores, and says what it made", async () => {
    const folder = join(await temporaryFolder(), "model");
    const { status, records } = await cli([
      "convert",
      join(CHECKPOINTS, "grm-linear-tiny"),
      folder,
      "--json",
      "--quiet",
    ]);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({
      modelDir: folder,
      type: "f32",
      head: "value-head",
      architecture: "llama",
    });
    const scored = await cli(["score", folder, "-", ...EXACT], { stdin: '{"prompt":"a","response":"b"}\n' });
    expect(scored).toMatchObject({ status: 0, records: [{ id: 0 }] });
  });

  it("fails with a typed error and leaves nothing", async () => {
    const folder = join(await temporaryFolder(), "model");
    const { status, stderr } = await cli(["convert", import.meta.dirname, folder]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^llama-reward: CHECKPOINT_INVALID: /);
    expect((await cli(["inspect", folder])).status).toBe(2);
  });
});

describe("quantize", () => {
  it("adds types beside those that are there, and scores with them", async () => {
    const model = await convertFixture("grm-linear-tiny", { type: "f32" });
    const args = ["quantize", model.directory, "--type", "q8_0", "--default", "q8_0", "--json", "--quiet"];
    const { status, records } = await cli(args);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({ defaultType: "q8_0", files: { f32: {}, q8_0: {} } });
    const record = '{"prompt":"a","response":"b"}\n';
    const rewards: number[] = [];
    for (const type of [[], ["--type", "f32"]]) {
      const scored = await cli(["score", model.directory, ...type, "--threads", "1"], { stdin: record });
      rewards.push(Number(scored.records[0]?.["reward"]));
    }
    expect(Number.isFinite(rewards[0])).toBe(true);
    expect(rewards[0]).not.toBe(rewards[1]);
    // The default alone, without another type: only reward.json changes.
    const back = await cli(["quantize", model.directory, "--default", "f32", "--json", "--quiet"]);
    expect(back).toMatchObject({
      status: 0,
      records: [{ defaultType: "f32", files: { f32: {}, q8_0: {} } }],
    });
    const scored = await cli(["score", model.directory, "--threads", "1"], { stdin: record });
    expect(scored.records[0]?.["reward"]).toBe(rewards[1]);
    await model.remove();
  });

  it("refuses a type that only the checkpoint can give", async () => {
    const { status, stderr } = await cli(["quantize", urm.directory, "--type", "bf16"]);
    expect(status).toBe(2);
    expect(stderr).toContain("convert <hf-dir>");
  });
});
