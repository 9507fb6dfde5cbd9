/** An open file cannot be deleted or replaced on Windows, and a program that evaluates often runs out of them anywhere. */
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makePairs } from "../../lib/eval/index.js";
import { runEval } from "../../lib/eval/run-eval.js";
import { toLines } from "../cli/cli.js";
import { temporaryFolder } from "../support/fixtures.js";
import { EvalFolder } from "./eval-folder.js";
import { FakeScorer } from "./fake-scorer.js";

const DESCRIPTORS = "/proc/self/fd";
const folder = EvalFolder.use();

/** Files below a folder that this process has open. */
function openFiles(below: string): string[] {
  const targets = readdirSync(DESCRIPTORS).map((name) => {
    try {
      return readlinkSync(join(DESCRIPTORS, name));
    } catch {
      // That of the listing itself.
      return "";
    }
  });
  return targets.filter((target) => target.startsWith(below));
}

const record = { id: "a", prompt: "question", responses: ["one", "two", "a good one"] };

it.runIf(existsSync(DESCRIPTORS))(
  "eval and pairs leave no file open, nor does a run that fails",
  async () => {
    await runEval(folder.options("run"));
    await runEval(folder.options("run", { resume: true }));
    await expect(runEval(folder.options("run"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(openFiles(folder.at())).toEqual([]);

    const pairs = await temporaryFolder();
    const [input, out] = [join(pairs, "in.jsonl"), join(pairs, "pairs.jsonl")];
    await writeFile(input, toLines([record]));
    await makePairs({ scorer: new FakeScorer(), input, out });
    await writeFile(input, `{broken\n${toLines([record])}`);
    const failing = makePairs({ scorer: new FakeScorer(), input, out: join(pairs, "b.jsonl"), strict: true });
    await expect(failing).rejects.toThrow();
    expect(openFiles(pairs)).toEqual([]);
  },
);
