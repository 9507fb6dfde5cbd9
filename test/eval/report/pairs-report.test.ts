import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makePairs, renderPairsReport, type PairsReportOptions } from "../../../lib/eval/index.js";
import { toLines } from "../../cli/cli.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { FakeScorer } from "../fake-scorer.js";

async function made(name: string, rows: readonly object[]): Promise<PairsReportOptions> {
  const folder = await temporaryFolder();
  const [input, out] = [join(folder, "in.jsonl"), join(folder, name)];
  await writeFile(input, toLines(rows));
  return { input, out, result: await makePairs({ scorer: new FakeScorer(), input, out }) };
}

const ROWS = [{ id: "a", prompt: "question", responses: ["one", "a good answer"] }];

it.each(["pairs.jsonl", "pairs.jsonl.gz", "pairs.parquet"])("reads %s", async (name) => {
  const page = await renderPairsReport(await made(name, ROWS));
  expect(page).toContain("a good answer");
});

it("says that there is no pair, and why", async () => {
  const page = await renderPairsReport(await made("pairs.jsonl", [{ ...ROWS[0], responses: ["one"] }]));
  expect(page).toMatch(/<b>0<\/b>\s*<span>pairs/);
  expect(page).toContain("Records without a pair");
});

it("ends when it is told to", async () => {
  const reason = new Error("stopped");
  const options = await made("pairs.jsonl", ROWS);
  await expect(renderPairsReport({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

it("refuses a file of something else", async () => {
  const options = await made("pairs.jsonl", ROWS);
  await expect(renderPairsReport({ ...options, out: options.input })).rejects.toMatchObject({
    code: "DATASET_INVALID",
    message: expect.stringMatching(/^Line 1 of .*in\.jsonl is no pair .*chosen/) as string,
  });
});
