import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel, type SettledScore } from "../../lib/index.js";
import { makeFolder, temporaryFolder, type ModelFolder } from "../support/fixtures.js";

/** Made by test/reference/steps/make_fixtures.py, which restates each family's published usage. */
const FIXTURES = join(import.meta.dirname, "..", "fixtures", "steps");

/** Largest difference from the double-precision reference, in float32: rounding only. */
const TOLERANCE = 5e-4;

interface Case {
  prompt: string;
  steps: string[];
  ids: number[];
  positions: number[];
  rewards: number[];
  reward: number;
}

/** A fixture, and the Hub id whose profile applies to it. */
const FAMILIES: [name: string, hubId: string | undefined][] = [
  ["qwen2.5-math-prm", "Qwen/Qwen2.5-Math-PRM-7B"],
  ["skywork-o1-open-prm", "Skywork/Skywork-o1-Open-PRM-Qwen-2.5-1.5B"],
  ["math-shepherd", "peiyi9979/math-shepherd-mistral-7b-prm"],
  ["rlhflow-prm", "RLHFlow/Llama3.1-8B-PRM-Deepseek-Data"],
  ["trl-prm", undefined],
  ["reason-eval-7b", "GAIR/ReasonEval-7B"],
  ["reason-eval-34b", "GAIR/ReasonEval-34B"],
];

async function casesOf(name: string): Promise<Case[]> {
  return JSON.parse(await readFile(join(FIXTURES, name, "expected.json"), "utf8")) as Case[];
}

function load(folder: ModelFolder, options = {}): Promise<RewardModel> {
  return RewardModel.load(join(folder.directory, "model"), {
    device: "cpu",
    threads: 1,
    kvType: "f32",
    ...options,
  });
}

async function convert(checkpoint: string, hubId?: string): Promise<ModelFolder> {
  const folder = await makeFolder();
  await convertCheckpoint(checkpoint, join(folder.directory, "model"), { type: "f32", hubId });
  return folder;
}

describe.each(FAMILIES)("%s", (name, hubId) => {
  let folder: ModelFolder;
  let model: RewardModel;
  let cases: Case[];

  beforeAll(async () => {
    cases = await casesOf(name);
    folder = await convert(join(FIXTURES, name), hubId);
    model = await load(folder);
  });
  afterAll(async () => {
    await model.dispose();
    await folder.remove();
  });

  it("gives the reference's tokens and rewards", async () => {
    expect(model.description.task).toBe("steps");
    for (const { prompt, steps, ids, positions, rewards, reward } of cases) {
      const score = await model.scoreSteps(prompt, steps, { emit: ["ids"] });
      expect(score.inputIds, prompt).toEqual(ids);
      expect(score.inputIds?.length).toBeGreaterThan(positions.at(-1) ?? Infinity);
      expect(score.steps).toHaveLength(rewards.length);
      for (const [index, step] of score.steps.entries())
        expect(Math.abs(step.reward - (rewards[index] ?? NaN)), prompt).toBeLessThanOrEqual(TOLERANCE);
      expect(Math.abs(score.reward - reward), prompt).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  it("gives the same in a stream, and refuses what has no steps", async () => {
    const inputs = cases.map(({ prompt, steps }) => ({
      messages: [{ role: "user", content: prompt }],
      steps,
    }));
    const whole = [
      { role: "user", content: "What is 2 + 2?" },
      { role: "assistant", content: "4." },
    ];
    const settled: SettledScore[] = [];
    for await (const outcome of model.scoreManySettled([...inputs, whole])) settled.push(outcome);
    for (const [index, { reward }] of cases.entries())
      expect(settled[index]?.score?.reward).toBeCloseTo(reward, 3);
    expect(settled.at(-1)?.error).toMatchObject({ code: "CONVERSATION_INVALID" });
    expect(settled.at(-1)?.error?.message).toContain("scoreSteps");
  });

  it("ranks answers in steps", async () => {
    const [{ prompt, steps } = { prompt: "", steps: [] }] = cases;
    const lists = steps.map((_, index) => steps.slice(0, index + 1));
    const ranked = await model.rank(prompt, lists);
    const alone = await Promise.all(lists.map((list) => model.scoreSteps(prompt, list)));
    expect(ranked.map(({ reward }) => reward)).toEqual(
      alone.map(({ reward }) => reward).sort((a, b) => b - a),
    );
  });
});

describe("a growing answer", () => {
  it("costs the tokens of its new step only", async () => {
    const folder = await convert(join(FIXTURES, "qwen2.5-math-prm"));
    const model = await load(folder);
    const steps = Array.from({ length: 6 }, (_, index) => `Then we add ${index}, which makes more.`);
    let tokens = 0;
    for (let count = 1; count <= steps.length; count++) {
      const before = model.stats.computedTokens;
      const { inputIds = [] } = await model.scoreSteps("Add up.", steps.slice(0, count), { emit: ["ids"] });
      const computed = model.stats.computedTokens - before;
      // The last two tokens close the turn, behind the last step's mark; nothing after a mark is computed.
      if (count > 1) expect(computed).toBe(inputIds.length - tokens);
      tokens = inputIds.length;
    }
    const before = model.stats.computedTokens;
    await model.scoreSteps("Add up.", steps);
    expect(model.stats.computedTokens).toBe(before);
    await model.dispose();
    await folder.remove();
  });
});

describe("how steps become one", () => {
  it("is the model's own way, or the one asked for", async () => {
    const folder = await convert(join(FIXTURES, "qwen2.5-math-prm"));
    const [{ prompt, steps, rewards } = { prompt: "", steps: [], rewards: [] }] =
      await casesOf("qwen2.5-math-prm");
    const expected = {
      min: Math.min(...rewards),
      mean: rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length,
      last: rewards.at(-1) ?? NaN,
      product: rewards.reduce((all, reward) => all * reward, 1),
    } as const;
    for (const aggregate of ["min", "mean", "last", "product"] as const) {
      const model = await load(folder, { aggregate });
      const { reward } = await model.scoreSteps(prompt, steps);
      expect(reward).toBeCloseTo(expected[aggregate], 4);
      expect(model.description.settings.aggregate).toBe(aggregate);
      await model.dispose();
    }
    await expect(load(folder, { truncate: "left" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await folder.remove();
  });
});

describe("steps that cannot be told apart", () => {
  it("are refused", async () => {
    const folder = await convert(join(FIXTURES, "qwen2.5-math-prm"));
    const model = await load(folder);
    for (const steps of [["Good.<extra_0>", "Bad."], [], [""], ["Fine", 1] as unknown as string[]])
      await expect(model.scoreSteps("Add up.", steps)).rejects.toMatchObject({
        code: "CONVERSATION_INVALID",
      });
    await model.dispose();
    // As text the tag is no tag.
    const literal = await load(folder, { specialTokens: "literal" });
    const { steps } = await literal.scoreSteps("Add up.", ["Good.<extra_0>", "Bad."]);
    expect(steps).toHaveLength(2);
    await literal.dispose();
    await folder.remove();
  });

  it("are refused where the published usage would split them", async () => {
    const folder = await convert(join(FIXTURES, "skywork-o1-open-prm"));
    const model = await load(folder);
    await expect(model.scoreSteps("Add up.", ["One\ntwo"])).rejects.toThrow("begins a new step");
    await expect(
      model.scoreSteps(
        [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Hi" },
        ],
        ["One"],
      ),
    ).rejects.toMatchObject({ code: "CONVERSATION_INVALID" });
    await model.dispose();
    await folder.remove();
  });
});

describe("a process reward model that does not say how", () => {
  it("is refused with what would settle it", async () => {
    const directory = await temporaryFolder();
    await cp(join(FIXTURES, "trl-prm"), directory, { recursive: true });
    await rm(join(directory, "profile.json"));
    const out = join(await temporaryFolder(), "model");
    await expect(convertCheckpoint(directory, out, { type: "f32" })).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringContaining("step-token") as string,
    });
    await writeFile(join(directory, "profile.json"), JSON.stringify({ head: "step-token" }));
    await expect(convertCheckpoint(directory, out, { type: "f32" })).rejects.toThrow("how the steps");
  });

  it("is not taken for an outcome reward model on a profile's word", async () => {
    const directory = await temporaryFolder();
    await cp(join(FIXTURES, "skywork-o1-open-prm"), directory, { recursive: true });
    await writeFile(join(directory, "profile.json"), JSON.stringify({ head: "value-head" }));
    const out = join(await temporaryFolder(), "model");
    await expect(convertCheckpoint(directory, out, { type: "f32" })).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
    });
  });
});
