import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makePairs } from "../../lib/eval/pairs/make-pairs.js";
import { runEval } from "../../lib/eval/run-eval.js";
import { EVAL_FILES, type EvalOptions } from "../../lib/eval/eval-options.js";
import type { EvalSummary } from "../../lib/eval/analysis/summary.js";
import { FakeScorer } from "./fake-scorer.js";
import { EvalFolder } from "./eval-folder.js";

/** Neighbours that are one double. As text throughout: JSON.parse of the test itself would round them, too. */
const IDS = ["1610521604143693812", "1610521604143693813", "12345678901234567890", "1e400"];

const folder = EvalFolder.use();

function idsOf(text: string): string[] {
  return [...text.matchAll(/^\{"id":"?([^",}]*)/gm)].map(([, id = ""]) => id);
}

function lines(rest: (index: number) => string, ids = IDS): string {
  return ids.map((id, index) => `{"id":${id},${rest(index)}}\n`).join("");
}

function evaluate(name: string, options: Partial<EvalOptions>): Promise<EvalSummary> {
  return runEval({
    benchmark: "pairs",
    data: "",
    out: folder.at(name),
    bootstrap: { resamples: 20 },
    ...options,
  });
}

describe("ids that no double holds", () => {
  it("are joined with score files by all their digits", async () => {
    const data = await folder.file(
      "data.jsonl",
      lines(() => '"prompt":"q","chosen":"a","rejected":"b"'),
    );
    // In another order, so that nothing is right by its place; the second record is the only wrong one.
    const order = [...IDS].reverse();
    const score = (index: number): string => `"chosen":${order[index] === IDS[1] ? -1 : 1},"rejected":0`;
    const scores = await folder.file("scores.jsonl", lines(score, order));
    expect(await evaluate("rows", { data, scores })).toMatchObject({ average: 0.75, records: { scored: 4 } });
    const columns =
      `{"id":[${order.join(",")}],"scores_chosen":[${order.map((id) => (id === IDS[1] ? -1 : 1)).join(",")}],` +
      `"scores_rejected":[${order.map(() => 0).join(",")}]}`;
    const columnar = await folder.file("columns.json", columns);
    expect(await evaluate("columns", { data, scores: columnar })).toMatchObject({ average: 0.75 });
  });

  it("come out of eval as they went in, and are found again by --resume", async () => {
    const data = await folder.file(
      "eval.jsonl",
      lines(() => '"prompt":"q","chosen":"a","rejected":"b"'),
    );
    await evaluate("run", { data, scorer: new FakeScorer() });
    const path = folder.at("run", EVAL_FILES.scores);
    const whole = await readFile(path, "utf8");
    expect(idsOf(whole)).toEqual(IDS);
    await writeFile(
      path,
      whole
        .split(/(?<=\n)/)
        .slice(0, 2)
        .join(""),
    );
    await evaluate("run", { data, scorer: new FakeScorer(), resume: true });
    expect(idsOf(await readFile(path, "utf8"))).toEqual(IDS);
  });

  it("come out of pairs as they went in", async () => {
    const input = await folder.file(
      "in.jsonl",
      lines(() => '"prompt":"q","responses":["a","bc"]'),
    );
    const out = join(folder.at("."), "pairs.jsonl");
    await makePairs({ scorer: new FakeScorer(), input, out });
    expect(idsOf(await readFile(out, "utf8"))).toEqual(IDS);
  });
});
