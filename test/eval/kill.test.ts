import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVAL_FILES } from "../../lib/eval/index.js";
import { seededDraw } from "../../lib/eval/stats/random.js";
import { parseLines, toLines } from "../cli/cli.js";
import { batchNoise, withinNoise } from "../support/batch-noise.js";
import { convertFixture, temporaryFolder, type ModelFolder } from "../support/fixtures.js";
import { syntheticRewardBench } from "./synthetic-rewardbench.js";

/** The program as it is installed. `npm test` builds it first. */
const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
/** Set it to 50 for the long run. */
const KILLS = Number(process.env["EVAL_KILLS"] ?? 4);
const ROWS_PER_KILL = 20;
interface ScoreLine {
  id: number;
  subset: string;
  chosen: { reward: number; tokens: number };
  rejected: { reward: number; tokens: number };
}

let model: ModelFolder;
beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error("dist/ is missing: run npm run build:ts first.");
  model = await convertFixture("grm-llama3.2-tiny", { type: "f32" });
});
afterAll(() => model.remove());

const lengthOf = async (path: string): Promise<number> => (existsSync(path) ? (await stat(path)).size : 0);

/** Runs a command that writes `scores`, kills it again and again at random places, and lets it end. */
async function killOften(args: readonly string[], scores: string, recordBytes: number): Promise<void> {
  const start = (): ReturnType<typeof spawn> =>
    spawn(process.execPath, [MAIN, ...args, "--threads", "1", "--kv-type", "f32", "--quiet", "--resume"], {
      stdio: "ignore",
    });
  const draw = seededDraw(1);
  let ids: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await lengthOf(scores);
    const child = start();
    const exit = once(child, "exit");
    const target = before + 1 + draw(ROWS_PER_KILL * recordBytes);
    while ((await lengthOf(scores)) < target && child.exitCode === null) await sleep(1);
    child.kill("SIGKILL");
    expect(await exit).toEqual([null, "SIGKILL"]);
    const text = await readFile(scores, "utf8");
    // What follows the last newline is the one line that was being written.
    const now = parseLines(text.slice(0, text.lastIndexOf("\n") + 1)).map(({ id }) => Number(id));
    expect(now.slice(0, ids.length)).toEqual(ids);
    ids = now;
  }
  expect(ids.length).toBeGreaterThan(KILLS);
  expect(await once(start(), "exit")).toEqual([0, null]);
}

/** Runs the same undisturbed. */
async function runWhole(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args, "--threads", "1", "--kv-type", "f32", "--quiet"], {
    stdio: "ignore",
  });
  expect(await once(child, "exit")).toEqual([0, null]);
}

const linesOf = async (path: string): Promise<Record<string, unknown>[]> =>
  parseLines(await readFile(path, "utf8"));

describe("SIGKILL", () => {
  const timeout = 60_000 + KILLS * 15_000;

  it(
    `makes eval lose nothing and repeat nothing in ${KILLS} kills`,
    async () => {
      const folder = await temporaryFolder();
      const data = join(folder, "data.jsonl");
      const rows = syntheticRewardBench(1).slice(0, (KILLS + 2) * ROWS_PER_KILL);
      await writeFile(data, toLines(rows));
      const command = ["eval", "rewardbench", model.directory, "--data", data, "--out"];
      const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
      await runWhole([...command, whole]);
      await killOften([...command, killed], join(killed, EVAL_FILES.scores), 200);

      const read = async (out: string): Promise<ScoreLine[]> =>
        (await linesOf(join(out, EVAL_FILES.scores))) as unknown as ScoreLine[];
      const expected = await read(whole);
      const actual = await read(killed);
      const plain = (lines: ScoreLine[]): unknown =>
        lines.map(({ id, subset, chosen, rejected }) => [id, subset, chosen.tokens, rejected.tokens]);
      expect(plain(actual)).toEqual(plain(expected));
      expect(plain(actual)).toHaveLength(rows.length);
      for (const [index, line] of actual.entries()) {
        expect(Math.abs(line.chosen.reward - (expected[index]?.chosen.reward ?? NaN))).toBeLessThanOrEqual(
          batchNoise(),
        );
        expect(
          Math.abs(line.rejected.reward - (expected[index]?.rejected.reward ?? NaN)),
        ).toBeLessThanOrEqual(batchNoise());
      }
    },
    timeout,
  );

  it(
    `makes pairs lose nothing and repeat nothing in ${KILLS} kills`,
    async () => {
      const folder = await temporaryFolder();
      const input = join(folder, "in.jsonl");
      const records = syntheticRewardBench(1)
        .slice(0, (KILLS + 2) * ROWS_PER_KILL)
        .map(({ id, prompt, chosen, rejected, subset }) => ({
          id,
          prompt,
          // Some records give no pair.
          responses: id % 10 === 0 ? [chosen] : [chosen, rejected, `${rejected} or ${subset}`],
        }));
      await writeFile(input, toLines(records));
      const command = ["pairs", model.directory, input, "--out"];
      const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
      await runWhole([...command, `${whole}.jsonl`]);
      await killOften([...command, `${killed}.jsonl`], `${killed}.jsonl.scores.jsonl`, 150);

      for (const file of [".jsonl", ".jsonl.scores.jsonl", ".jsonl.left-out.jsonl"]) {
        const [expected, actual] = [await linesOf(whole + file), await linesOf(killed + file)];
        expect(expected.length).toBeGreaterThan(records.length / 20);
        expect(actual).toEqual(withinNoise(expected));
      }
    },
    timeout,
  );
});
