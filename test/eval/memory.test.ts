import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { EVAL_FILES, type EvalSummary } from "../../lib/eval/index.js";
import { temporaryFolder } from "../support/fixtures.js";

/** The program as it is installed. `npm test` builds it first. */
const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
const RECORDS = 100_000;
/** Records held as objects need more than this, as columns of numbers less than 64 MB; the report's charts need 40 alone. */
const HEAP_MB = 80;

async function writeLines(path: string, line: (index: number) => object): Promise<void> {
  function* lines(): Iterable<string> {
    for (let index = 0; index < RECORDS; index++) yield `${JSON.stringify(line(index))}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

it(`computes every figure of ${RECORDS} records in a heap of ${HEAP_MB} MB`, async () => {
  const folder = await temporaryFolder();
  const [data, scores, out] = ["data.jsonl", "scores.jsonl", "out"].map((name) => join(folder, name));
  if (data === undefined || scores === undefined || out === undefined) throw new Error("unreachable");
  const id = (index: number): string => `record-${index}`;
  await writeLines(data, (index) => ({
    id: id(index),
    prompt: `question ${index}`,
    chosen: "yes",
    rejected: "no",
    subset: `subset ${index % 7}`,
  }));
  // Three of four are right, by a margin of 1 to 2.
  const reward = (index: number): number => (index % 4 === 0 ? -1 : 1) * (1 + (index % 1000) / 1000);
  await writeLines(scores, (index) => ({
    id: id(index),
    chosen: { reward: reward(index), tokens: 10 + (index % 5), std: 0.5 },
    rejected: { reward: 0, tokens: 12, std: 0.5 },
  }));
  const args = ["eval", "pairs", "--data", data, "--scores", scores, "--out", out, "--quiet"];
  await promisify(execFile)(process.execPath, [`--max-old-space-size=${HEAP_MB}`, MAIN, ...args]);
  const summary = JSON.parse(await readFile(join(out, EVAL_FILES.summary), "utf8")) as EvalSummary;
  expect(summary.records.scored).toBe(RECORDS);
  expect(summary.average).toBe(0.75);
  expect(summary.uncertainty[0]).toMatchObject({ accuracy: 0.75, pairs: RECORDS });
  expect(summary.length).toMatchObject({ chosenLonger: (2 * RECORDS) / 5, chosenShorter: (2 * RECORDS) / 5 });
}, 120_000);
