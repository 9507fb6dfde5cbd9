/** What `eval` says on the terminal of a run: intervals, other runs, why a figure is missing. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { calibrationText, evalText } from "../../lib/cli/actions/eval-text.js";
import type { EvalSummary } from "../../lib/eval/index.js";
import { temporaryFolder } from "../support/fixtures.js";
import { cli, toLines } from "./cli.js";

const PAIRS = 40;

/** Scores of all pairs: right ones have a margin of 1. */
function scores(isRight: (id: number) => boolean): string {
  return toLines(
    Array.from({ length: PAIRS }, (_, id) => ({
      id,
      chosen: { reward: isRight(id) ? 1 : 0 },
      rejected: { reward: isRight(id) ? 0 : 1 },
    })),
  );
}

it("says the result of each --against, and how many records a figure is of", async () => {
  const folder = await temporaryFolder();
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const rows = Array.from({ length: PAIRS }, (_, id) => ({
    id,
    prompt: `q${id}`,
    chosen: "a",
    rejected: "b",
    subset: id < 12 ? "small" : "large",
  }));
  const data = await file("pairs.jsonl", toLines(rows));
  const ours = await file(
    "ours.jsonl",
    scores(() => true),
  );
  const close = await file(
    "close.jsonl",
    scores((id) => id !== 3),
  );
  const worse = await file(
    "worse.jsonl",
    scores((id) => id % 2 === 0),
  );
  const args = ["eval", "pairs", "--data", data, "--scores", ours, "--against", close, "--against", worse];
  const { status, stdout } = await cli([...args, "--out", join(folder, "out")]);
  expect(status).toBe(0);
  // Forty of forty, twelve of twelve and 28 of 28 by Wilson's interval, by the formula on paper: n / (n + 1.96²).
  expect(stdout).toMatch(/^average +100\.0 +91\.2 to 100\.0 +40$/m);
  expect(stdout).toMatch(/^small +100\.0 +75\.8 to 100\.0 +12 +too few$/m);
  expect(stdout).toMatch(/^large +100\.0 +87\.9 to 100\.0 +28 +too few$/m);
  // 2 · P(X = 0) of 20 coin tosses, times two after Holm: far below 0.05.
  expect(stdout).toMatch(
    /^ours\.jsonl and close\.jsonl are too close to call: \+2\.5 points .*; right only in the first 1, only in the second 0\./m,
  );
  expect(stdout).toMatch(
    /^ours\.jsonl is right on more records than worse\.jsonl: \+50\.0 points .*p < 0\.001 adjusted; right only in the first 20, /m,
  );
  const { records } = await cli([...args, "--out", join(folder, "json"), "--json"]);
  expect(records[0]).toMatchObject({
    comparison: { records: PAIRS, runs: [{ scores: ours }, { scores: close }, { scores: worse }] },
  });
});

const summary = {
  benchmark: "rewardbench2",
  average: NaN,
  sections: {},
  subsets: { Focus: 0.5, Ties: NaN },
  counts: { Focus: 40, Ties: 2 },
  sectionCounts: {},
  intervals: { average: [NaN, NaN], sections: {}, subsets: { Focus: [0.4, 0.6], Ties: [NaN, NaN] } },
  records: { scored: 42, failed: 0, bad: 0, missing: 0, total: 42 },
  comparison: null,
  noAverageBecause: "the subset Ties has no score",
  calibration: { fit: { temperature: 1.25, fittedPairs: 300 } },
} as unknown as EvalSummary;

it("says why there is no average, and never NaN", () => {
  const text = evalText(summary, "out", false);
  expect(text).toMatch(/^average +- +- +42$/m);
  expect(text).toContain("There is no average: the subset Ties has no score.");
  expect(text).not.toContain("NaN");
});

it("says what --save-calibration saved", () => {
  expect(calibrationText(summary, "models/grm")).toMatch(
    /^Saved in models\/grm: temperature 1\.250, fitted on 300 pairs\./,
  );
});
