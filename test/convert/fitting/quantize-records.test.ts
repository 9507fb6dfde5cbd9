import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { verifyModel } from "../../../lib/check/index.js";
import { convertCheckpoint, quantizeModelFolder } from "../../../lib/convert/index.js";
import { readGgufHeader } from "../../../lib/formats/gguf/gguf-reader.js";
import { RewardModel } from "../../../lib/index.js";
import type { RewardJson } from "../../../lib/model/folder/reward-json.js";
import { listDevices } from "../../../lib/score/native/devices.js";
import { toLines } from "../../cli/cli.js";
import { CHECKPOINTS, temporaryFolder } from "../../support/fixtures.js";

const FIXTURE = "grm-llama3.2-tiny";

const prompts = Array.from({ length: 12 }, (_, index) => ({
  prompt: `Question ${index}: what is ${index} plus ${7 * index}?`,
  chosen: `It is ${8 * index}, since ${index} and ${7 * index} are ${8 * index} together.`,
  rejected: ["No idea.", "Ask somebody else, please.", "Why would I know that?"][index % 3],
}));

async function writeRecords(count = prompts.length): Promise<string> {
  const file = join(await temporaryFolder(), "records.jsonl");
  await writeFile(file, toLines(prompts.slice(0, count)));
  return file;
}

async function folder(): Promise<string> {
  const modelDir = join(await temporaryFolder(), "model");
  await convertCheckpoint(join(CHECKPOINTS, FIXTURE), modelDir, { type: "f32" });
  return modelDir;
}

async function rewards(modelDir: string, type: "f32" | "q8_0"): Promise<number[]> {
  const model = await RewardModel.load(modelDir, { type, device: "cpu", threads: 1 });
  const scores: number[] = [];
  const conversations = prompts.flatMap(({ prompt, chosen, rejected = "" }) =>
    [chosen, rejected].map((content) => [
      { role: "user", content: prompt },
      { role: "assistant", content },
    ]),
  );
  for await (const { reward } of model.scoreMany(conversations)) scores.push(reward);
  await model.dispose();
  return scores;
}

function largestError(own: readonly number[], exact: readonly number[]): number {
  const mean = exact.reduce((sum, value) => sum + value, 0) / exact.length;
  const spread = Math.sqrt(exact.reduce((sum, value) => sum + (value - mean) ** 2, 0) / exact.length);
  return Math.max(...own.map((value, index) => Math.abs(value - (exact[index] ?? NaN)))) / spread;
}

/** llama.cpp's kernels round activations to 8 bits, too: no choice of weights holds a third of that error. */
const isExact = listDevices().prefill !== "";

it.runIf(isExact)("holds a bound, and what it says is what scoring gives", async () => {
  const records = await writeRecords();
  const modelDir = await folder();
  const exact = await rewards(modelDir, "f32");
  await quantizeModelFolder(modelDir, ["q8_0"], { records, threads: 1 });
  const fitted = largestError(await rewards(modelDir, "q8_0"), exact);
  const reward = await quantizeModelFolder(modelDir, ["q8_0"], { records, threads: 1, maxError: fitted / 3 });
  const found = largestError(await rewards(modelDir, "q8_0"), exact);
  const said = reward.backbone.files.q8_0?.fitted;
  expect(found).toBeLessThanOrEqual(fitted / 3);
  expect(said).toMatchObject({ conversations: 2 * prompts.length });
  expect((said?.largestError ?? NaN) / found).toBeCloseTo(1, 3);
  expect(await keptIn(modelDir, reward)).toEqual([...(said?.kept ?? [])].sort());
  expect(said?.kept.length).toBeGreaterThan(0);
  const report = await verifyModel(modelDir, {
    type: "q8_0",
    against: join(CHECKPOINTS, FIXTURE),
    device: "cpu",
  });
  expect(report.checks.filter(({ status }) => status === "fail")).toEqual([]);
});

async function keptIn(modelDir: string, { backbone }: RewardJson): Promise<string[]> {
  const { tensors } = await readGgufHeader(join(modelDir, backbone.files.q8_0?.file ?? ""));
  return [...tensors.values()].flatMap(({ name, type }) => (type === "F16" ? [name] : [])).sort();
}

it("weighs columns by records for the smaller types", async () => {
  const records = await writeRecords();
  const [plain, weighed] = [await folder(), await folder()];
  const without = await quantizeModelFolder(plain, ["q4_k_m"]);
  const withRecords = await quantizeModelFolder(weighed, ["q4_k_m"], { records, threads: 1 });
  const [before, after] = [without.backbone.files.q4_k_m, withRecords.backbone.files.q4_k_m];
  expect(after?.sizeBytes).toBe(before?.sizeBytes);
  expect(after?.headerSha256).toBe(before?.headerSha256);
  expect(after?.sha256).not.toBe(before?.sha256);
});

it("refuses bounds without records, and too few of them", async () => {
  const records = await writeRecords();
  const modelDir = await folder();
  const refused = (options: object): Promise<unknown> =>
    quantizeModelFolder(modelDir, ["q8_0"], options).catch((error: unknown) => error);
  expect(await refused({ maxError: 0.1 })).toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(await refused({ maxError: 0, records })).toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(await refused({ records: await writeRecords(2) })).toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(await refused({ records, maxError: 1e-9, threads: 1 })).toMatchObject({ code: "CONVERSION_FAILED" });
});
