import { appendFile, mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runEval } from "../../lib/eval/run-eval.js";
import { EVAL_FILES, type EvalOptions } from "../../lib/eval/eval-options.js";
import { toLines } from "../cli/cli.js";
import { EvalFolder } from "./eval-folder.js";
import { FakeScorer } from "./fake-scorer.js";

const folder = EvalFolder.use();

describe("results that cannot be written", () => {
  it("are a typed error, and leave the earlier ones whole", async () => {
    const blocked = { code: "FILE_FAILED", message: expect.stringMatching(/choose another --out/) as string };
    const notAFolder = folder.options("no-folder", { out: join(await folder.file("a-file", ""), "out") });
    await expect(runEval(notAFolder)).rejects.toMatchObject(blocked);

    const before = await runEval(folder.options("kept-summary"));
    await mkdir(folder.at("kept-summary", `${EVAL_FILES.summary}.incomplete`));
    const scores = await folder.file(
      "other-scores.jsonl",
      toLines(folder.rows.map(({ id }) => ({ id, margin: 1 }))),
    );
    await expect(runEval(folder.options("kept-summary", { scores }))).rejects.toMatchObject(blocked);
    const kept = JSON.parse(await readFile(folder.at("kept-summary", EVAL_FILES.summary), "utf8")) as object;
    expect(kept).toMatchObject({ average: before.average });
  });
});

describe("resuming", () => {
  it.each([0, 1, 150, 298])(
    "continues after %d records and a torn line as if nothing had happened",
    async (count) => {
      const name = `resume-${count}`;
      await runEval(folder.options(`${name}-whole`));
      const whole = await folder.scoresOf(`${name}-whole`);
      await runEval(folder.options(name));
      const lines = whole.split("\n");
      const kept = lines
        .slice(0, count)
        .map((line) => `${line}\n`)
        .join("").length;
      const path = folder.at(name, EVAL_FILES.scores);
      await truncate(path, kept);
      await appendFile(path, (lines[count] ?? "").slice(0, 20));
      const scorer = new FakeScorer();
      await runEval(folder.options(name, { scorer, resume: true }));
      expect(await folder.scoresOf(name)).toBe(whole);
      expect(scorer.scored).toBe(2 * (folder.rows.length - count));
    },
  );

  it("never overwrites scores", async () => {
    await runEval(folder.options("kept"));
    const before = await folder.scoresOf("kept");
    await expect(runEval(folder.options("kept"))).rejects.toThrow(/already holds scores.*--resume/);
    expect(await folder.scoresOf("kept")).toBe(before);
  });

  it("refuses to mix models, settings or data in one file", async () => {
    await runEval(folder.options("mixed", { settings: { bos: "reference" } }));
    const resume = (more: Partial<EvalOptions>): Promise<unknown> =>
      runEval(folder.options("mixed", { resume: true, settings: { bos: "reference" }, ...more }));
    await expect(resume({ scorer: new FakeScorer({ type: "q8_0" }) })).rejects.toThrow(/was another one/);
    await expect(resume({ settings: { bos: "once" } })).rejects.toThrow(/was another one/);
    const other = await folder.file("other.jsonl", toLines(folder.rows.slice(1)));
    await expect(resume({ data: other })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    // Records without ids go by their line, so the ids of other data may be the same.
    const swapped = folder.rows.map((row) => ({ ...row, chosen: row.rejected, rejected: row.chosen }));
    const sameIds = await folder.file("same-ids.jsonl", toLines(swapped));
    await expect(resume({ data: sameIds })).rejects.toThrow(/was another one/);
    await resume({});
  });

  it("goes on with data that has moved and grown", async () => {
    const short = await folder.file("short.jsonl", toLines(folder.rows.slice(0, 10)));
    await runEval(folder.options("grown", { data: short }));
    const longer = await folder.file("longer.jsonl", toLines(folder.rows.slice(0, 15)));
    const scorer = new FakeScorer();
    const { records } = await runEval(folder.options("grown", { data: longer, resume: true, scorer }));
    expect(records.scored).toBe(15);
    expect(scorer.scored).toBe(2 * 5);
  });

  it("refuses to continue a file that is no score file", async () => {
    await runEval(folder.options("foreign"));
    await writeFile(folder.at("foreign", EVAL_FILES.scores), "hello\n");
    await expect(runEval(folder.options("foreign", { resume: true }))).rejects.toThrow(
      /Line 1 .* is no score record/,
    );
  });
});
