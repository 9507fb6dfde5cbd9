import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convertCheckpoint, quantizeModelFolder } from "../../../lib/convert/index.js";
import type { RewardJson } from "../../../lib/model/folder/reward-json.js";
import { cli, toLines } from "../../cli/cli.js";
import { CHECKPOINTS, temporaryFolder } from "../../support/fixtures.js";

const PAIRS = Array.from({ length: 12 }, (_, index) => ({
  prompt: `Name a number above ${index}.`,
  chosen: `${index + 1} is above ${index}.`,
  rejected: ["No.", "Seven, or what?", "Numbers bore me."][index % 3],
}));

async function folder(): Promise<string> {
  const modelDir = join(await temporaryFolder(), "model");
  await convertCheckpoint(join(CHECKPOINTS, "grm-llama3.2-tiny"), modelDir, { type: "f16" });
  return modelDir;
}

async function fileOf(text: string): Promise<string> {
  const file = join(await temporaryFolder(), "records.jsonl");
  await writeFile(file, text);
  return file;
}

/** Names of a folder's files, and what reward.json says. */
async function contentOf(modelDir: string): Promise<unknown> {
  return [(await readdir(modelDir)).sort(), await readFile(join(modelDir, "reward.json"), "utf8")];
}

async function refused(modelDir: string, options: readonly string[]): Promise<[number, string]> {
  const before = await contentOf(modelDir);
  const { status, stdout, stderr } = await cli([
    ...["quantize", modelDir, "--type", "q8_0", "--quiet", "--threads", "1"],
    ...options,
  ]);
  expect(stdout).toBe("");
  expect(await contentOf(modelDir)).toEqual(before);
  return [status, stderr];
}

describe("quantize by records leaves the folder as it was", () => {
  it.each([
    ["no record", "", /at least 16 conversations .* received 0/],
    ["too few records", toLines(PAIRS.slice(0, 7)), /at least 16 conversations .* received 14/],
    ["what is no record", "not json\n", /not JSON|line/i],
    ["records without a conversation", toLines([{ id: "odd" }]), /DATASET_INVALID/],
  ])("with %s", async (_, text, message) => {
    const [status, stderr] = await refused(await folder(), ["--imatrix", await fileOf(text)]);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it("with records that are not there", async () => {
    const [status, stderr] = await refused(await folder(), ["--imatrix", "/nowhere.jsonl"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/INVALID_ARGUMENT: .*\/nowhere/);
  });

  it.each([
    ["--max-error", "0"],
    ["--max-error", "much"],
    ["--max-size", "-1"],
    ["--max-size", "1.5"],
  ])("with %s %s", async (option, value) => {
    const [status] = await refused(await folder(), [
      option,
      value,
      "--records",
      await fileOf(toLines(PAIRS)),
    ]);
    expect(status).toBe(2);
  });

  it.each(["--max-error", "--max-size"])("with %s and no records", async (option) => {
    const [status, stderr] = await refused(await folder(), [option, "0.7"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Expected records/);
  });

  it("with less room than the type itself needs", async () => {
    const options = ["--records", await fileOf(toLines(PAIRS)), "--max-size", "0.3"];
    const [status, stderr] = await refused(await folder(), options);
    expect(status).toBe(2);
    expect(stderr).toMatch(/INVALID_ARGUMENT: Expected at least 0\.\d{3} for the largest size/);
  });

  it("with a bound that has no room", async () => {
    const options = ["--records", await fileOf(toLines(PAIRS)), "--max-size", "0.7", "--max-error", "1e-9"];
    const [status, stderr] = await refused(await folder(), options);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/CONVERSION_FAILED: Within 0\.7 of the size in 16 bits/);
  });

  it.each(["score", "observe", "round", "measure"])("when it is interrupted in phase %s", async (phase) => {
    const modelDir = await folder();
    const before = await contentOf(modelDir);
    const controller = new AbortController();
    const done = quantizeModelFolder(modelDir, ["q8_0"], {
      records: await fileOf(toLines(PAIRS)),
      maxSize: 0.8,
      threads: 1,
      signal: controller.signal,
      onProgress: (progress) => {
        if (progress.phase === phase) controller.abort(new Error("enough"));
      },
    });
    await expect(done).rejects.toThrow("enough");
    expect(await contentOf(modelDir)).toEqual(before);
  });
});

it("keeps as much in 16 bits as there is room for, and inspect tells", async () => {
  const modelDir = await folder();
  const records = await fileOf(toLines(PAIRS));
  const options = ["--records", records, "--max-size", "0.8", "--threads", "1", "--quiet", "--json"];
  const { status, records: printed } = await cli(["quantize", modelDir, "--type", "q8_0", ...options]);
  expect(status).toBe(0);
  const { q8_0, f16 } = printed[0]?.["files"] as RewardJson["backbone"]["files"];
  const share = (q8_0?.sizeBytes ?? NaN) / (f16?.sizeBytes ?? NaN);
  expect(share).toBeLessThanOrEqual(0.8);
  expect(q8_0?.fitted?.kept.length).toBeGreaterThan(0);
  const inspected = await cli(["inspect", modelDir, "--json"]);
  expect(inspected.records[0]?.["backbones"]).toMatchObject([{ fitted: null }, { fitted: q8_0?.fitted }]);
  const { stdout } = await cli(["inspect", modelDir]);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    `rounded by 24 conversations, ${q8_0?.fitted?.kept.length} matrices in 16 bits, rewards off by at most`,
  );
});
