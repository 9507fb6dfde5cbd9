import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { EVAL_FILES, type EvalOptions } from "../../lib/eval/eval-options.js";
import { toLines } from "../cli/cli.js";
import { FakeScorer } from "./fake-scorer.js";
import { syntheticRewardBench } from "./synthetic-rewardbench.js";

/** A folder for the data and the results of one test file. */
export class EvalFolder {
  readonly rows = syntheticRewardBench(0.1);
  #path = "";
  #data = "";

  /** Makes it before the tests of the calling file and removes it after them. */
  static use(): EvalFolder {
    const folder = new EvalFolder();
    beforeAll(async () => {
      folder.#path = await mkdtemp(join(tmpdir(), "llama-reward-eval-"));
      folder.#data = await folder.file("rewardbench.jsonl", toLines(folder.rows));
    });
    afterAll(() => rm(folder.#path, { recursive: true }));
    return folder;
  }

  /** Path of a file in it. */
  at(...names: readonly string[]): string {
    return join(this.#path, ...names);
  }

  async file(name: string, content: string): Promise<string> {
    await writeFile(this.at(name), content);
    return this.at(name);
  }

  /** A run into a folder of its own; few resamples, since intervals have their own tests. */
  options(out: string, more: Partial<EvalOptions> = {}): EvalOptions {
    return {
      benchmark: "rewardbench",
      data: this.#data,
      out: this.at(out),
      scorer: new FakeScorer(),
      bootstrap: { resamples: 20 },
      ...more,
    };
  }

  scoresOf(out: string): Promise<string> {
    return readFile(this.at(out, EVAL_FILES.scores), "utf8");
  }
}
