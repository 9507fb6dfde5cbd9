/** Language models as reward models: log-probabilities of answers, and DPO's differences of two. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspect, verifyModel } from "../../lib/check/index.js";
import { convertCheckpoint, quantizeModelFolder, type Reduction } from "../../lib/convert/index.js";
import { RewardModel, type Message } from "../../lib/index.js";
import { makeFolder, temporaryFolder, type ModelFolder } from "../support/fixtures.js";

/** Made by test/reference/dpo/make_fixtures.py: transformers in float64, reduced by RewardBench's own function. */
const FIXTURES = join(import.meta.dirname, "..", "fixtures", "dpo");
/** Largest difference of a sum of log-probabilities in float32. */
const TOLERANCE = 5e-4;
const EXACT = { device: "cpu", threads: 1, kvType: "f32" } as const;

interface Case {
  messages: Message[];
  ids: number[];
  start: number;
  policy: number[];
  policySum: number;
  policyMean: number;
  policyNorm: number;
  reference: number[];
  referenceSum: number;
  reward: number;
}

async function expectedOf(name: string): Promise<{ beta: number; cases: Case[] }> {
  return JSON.parse(await readFile(join(FIXTURES, name, "expected.json"), "utf8")) as {
    beta: number;
    cases: Case[];
  };
}

function expectClose(actual: number | undefined, expected: number | undefined, factor = 1): void {
  expect(Math.abs((actual ?? NaN) - (expected ?? NaN))).toBeLessThan(TOLERANCE * factor);
}

describe.each(["qwen2", "mistral"])("%s", (name) => {
  const policy = join(FIXTURES, name, "policy");
  const reference = join(FIXTURES, name, "reference");
  let folder: ModelFolder;
  let modelDir: string;
  let cases: Case[];
  let beta: number;

  beforeAll(async () => {
    ({ beta, cases } = await expectedOf(name));
    folder = await makeFolder();
    modelDir = join(folder.directory, "model");
    await convertCheckpoint(policy, modelDir, { type: "f32", reference, beta });
  });
  afterAll(() => folder.remove());

  it("gives rewards, and what each token adds, as transformers", async () => {
    await using model = await RewardModel.load(modelDir, EXACT);
    for (const each of cases) {
      const score = await model.score(each.messages, { emit: ["ids", "tokens"] });
      expect(score.inputIds).toEqual(each.ids);
      expectClose(score.reward, each.reward, beta);
      const tokens = score.tokenRewards ?? [];
      expect(tokens.map(({ position, token }) => [position, token])).toEqual(
        each.ids.slice(each.start).map((token, index) => [each.start + index, token]),
      );
      for (const [index, { reward }] of tokens.entries())
        expectClose(reward, beta * ((each.policy[index] ?? NaN) - (each.reference[index] ?? NaN)), beta);
    }
  });

  it.each([
    ["sum", "policySum"],
    ["mean", "policyMean"],
    ["norm", "policyNorm"],
  ] as const)("gives log-probabilities without a reference: %s", async (reduction: Reduction, field) => {
    const alone = join(await temporaryFolder(), "model");
    await convertCheckpoint(policy, alone, { type: "f32", head: "log-probability", reduction });
    await using model = await RewardModel.load(alone, EXACT);
    for (const each of cases) expectClose((await model.score(each.messages)).reward, each[field]);
  });

  it("streams, ranks and compares; a prompt that answers share is computed once", async () => {
    await using model = await RewardModel.load(modelDir, EXACT);
    const streamed: number[] = [];
    for await (const { reward } of model.scoreMany(cases.map(({ messages }) => messages)))
      streamed.push(reward);
    for (const [index, reward] of streamed.entries()) expectClose(reward, cases[index]?.reward, beta);
    const together = cases.slice(0, 3);
    const prompt = together[0]?.messages[0]?.content ?? "";
    const answers = together.map(({ messages }) => messages.at(-1)?.content ?? "");
    const before = model.stats.computedTokens;
    const ranked = await model.rank(prompt, answers);
    const whole = together.reduce((sum, { ids }) => sum + ids.length, 0);
    expect(model.stats.computedTokens - before).toBeLessThan(whole);
    const order = together
      .map(({ reward }, index) => ({ reward, index }))
      .sort((a, b) => b.reward - a.reward);
    expect(ranked.map(({ index }) => index)).toEqual(order.map(({ index }) => index));
    const { margin } = await model.compare(prompt, answers[0] ?? "", answers[1] ?? "");
    expectClose(margin, (together[0]?.reward ?? NaN) - (together[1]?.reward ?? NaN), 2 * beta);
  });

  it("is proved against both checkpoints, and says what it is made of", async () => {
    const report = await verifyModel(modelDir, { against: policy, reference });
    expect(report.checks.filter(({ status }) => status === "fail")).toEqual([]);
    expect(report.checks.find(({ name: check }) => check === "reference")?.status).toBe("pass");
    const other = await verifyModel(modelDir, { against: policy, reference: policy });
    expect(other.checks.find(({ name: check }) => check === "reference")?.status).toBe("fail");
    const { head, sources, prompt, verdict } = await inspect(modelDir);
    expect(head?.kind).toBe("dpo");
    expect(sources.map(({ role }) => role)).toEqual(["checkpoint", "reference"]);
    expect(prompt?.scored).toBe("every token of the answer");
    expect(verdict).toBe("This model can score.");
  });

  it("is quantized together with its reference", async () => {
    const copy = join(await temporaryFolder(), "model");
    await cp(modelDir, copy, { recursive: true });
    await quantizeModelFolder(copy, ["q8_0"]);
    await using model = await RewardModel.load(copy, { ...EXACT, type: "q8_0" });
    const [first] = cases;
    expect((await model.score(first?.messages ?? [])).reward).not.toBe(first?.reward);
    await expect(quantizeModelFolder(copy, ["q8_0"], { records: "records.jsonl" })).rejects.toThrow(
      "Leave them out",
    );
  });
});

describe("what a language model cannot be", () => {
  const policy = join(FIXTURES, "qwen2", "policy");
  const reference = join(FIXTURES, "qwen2", "reference");
  let folder: ModelFolder;
  let modelDir: string;

  beforeAll(async () => {
    folder = await makeFolder();
    modelDir = join(folder.directory, "model");
    await convertCheckpoint(policy, modelDir, { type: "f32", reference });
  });
  afterAll(() => folder.remove());

  it("a reward model by itself: it has to be asked for", async () => {
    const target = join(folder.directory, "none");
    await expect(convertCheckpoint(policy, target)).rejects.toThrow("convert --reference <hf-dir>");
    await expect(convertCheckpoint(policy, target, { head: "dpo" })).rejects.toThrow("Expected a reference");
    await expect(convertCheckpoint(policy, target, { head: "log-probability", reference })).rejects.toThrow(
      "Leave the reference out",
    );
    await expect(convertCheckpoint(policy, target, { reference, beta: 0 })).rejects.toThrow("positive beta");
    await expect(convertCheckpoint(policy, target, { reference, reduction: "mean" })).rejects.toThrow(
      "reduction of a log-probability head",
    );
  });

  it("compared with a model of other tokens", async () => {
    const target = join(folder.directory, "other");
    const other = join(FIXTURES, "mistral", "reference");
    await expect(convertCheckpoint(policy, target, { reference: other })).rejects.toThrow(
      "have other tokens",
    );
  });

  it("loaded with another reference than its own, or without any", async () => {
    const copy = join(await temporaryFolder(), "model");
    await cp(modelDir, copy, { recursive: true });
    const file = join(copy, "reference", "reward.json");
    const text = await readFile(file, "utf8");
    const json = JSON.parse(text) as { source: { files: { sha256: string }[] } };
    for (const each of json.source.files) each.sha256 = "0".repeat(64);
    await writeFile(file, JSON.stringify(json));
    await expect(RewardModel.load(copy, EXACT)).rejects.toMatchObject({ code: "MODEL_INVALID" });
    await writeFile(file, text);
    const own = join(copy, "reward.json");
    const content = JSON.parse(await readFile(own, "utf8")) as Record<string, unknown>;
    await writeFile(own, JSON.stringify({ ...content, reference: undefined }));
    await expect(RewardModel.load(copy, { ...EXACT, check: false })).rejects.toThrow(
      "another of its reference",
    );
  });

  it("asked about cut prompts, texts without turns, or a conversation without an answer", async () => {
    await expect(RewardModel.load(modelDir, { ...EXACT, truncate: "left" })).rejects.toThrow(
      "would cut some off",
    );
    await using model = await RewardModel.load(modelDir, EXACT);
    await expect(model.scoreTexts(["a text"], { addSpecialTokens: true })).rejects.toThrow("where it begins");
    await expect(model.score([{ role: "user", content: "?" }])).rejects.toMatchObject({
      code: "CONVERSATION_UNSCORABLE",
    });
    await expect(model.score([{ role: "assistant", content: "." }])).rejects.toMatchObject({
      code: "CONVERSATION_UNSCORABLE",
    });
  });
});
