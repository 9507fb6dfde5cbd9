import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  makePairs,
  renderFidelityReport,
  renderPairsReport,
  runFidelity,
  runProcessBench,
} from "../../../lib/eval/index.js";
import type { Score } from "../../../lib/score/score.js";
import { toLines } from "../../cli/cli.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { FakeScorer } from "../fake-scorer.js";
import { syntheticRewardBench } from "../synthetic-rewardbench.js";
import { hasChromium, inChromium, ReportBrowser, violations } from "./report-browser.js";

const HOSTILE = `<script>document.title = "owned"</script>`;

/** A type that gives all but the same rewards. */
class RoundedScorer extends FakeScorer {
  override async score(...args: Parameters<FakeScorer["score"]>): Promise<Score> {
    const score = await super.score(...args);
    return this.description.type === "f32" ? score : { ...score, reward: Math.round(score.reward * 8) / 8 };
  }
}

/** Each page with a text that it must have. */
const PAGES: Readonly<
  Record<string, { words: RegExp; sections: string[]; write: (folder: string) => Promise<string> }>
> = {
  fidelity: {
    words: /q8_0/,
    sections: ["Differences of rewards", "Pairs that turn around", "Provenance"],
    async write(folder) {
      const data = join(folder, "data.jsonl");
      await writeFile(data, `${toLines(syntheticRewardBench(0.02))}${HOSTILE}\n`);
      const report = await runFidelity({
        data,
        reference: "f32",
        types: ["q8_0"],
        command: "llama-reward fidelity",
        load: (type) => Promise.resolve({ scorer: new RoundedScorer({ type, name: HOSTILE }), sizeBytes: 7 }),
      });
      const page = join(folder, "fidelity.html");
      await writeFile(page, renderFidelityReport(report));
      return page;
    },
  },
  pairs: {
    words: /mean margin/,
    sections: ["Margins", "Length", "Records without a pair", "Closest pairs", "Widest pairs", "Provenance"],
    async write(folder) {
      const files = { input: join(folder, "in.jsonl"), out: join(folder, "dpo.jsonl") };
      const rows = Array.from({ length: 30 }, (_, id) => ({
        id: `${id} ${HOSTILE}`,
        prompt: `${HOSTILE} ${id}`,
        responses: [`a good answer ${id}`, `another ${HOSTILE}`, "no"],
      }));
      await writeFile(files.input, toLines([...rows, { id: "one", prompt: "q", responses: ["a"] }]));
      const result = await makePairs({ scorer: new FakeScorer({ name: HOSTILE }), ...files });
      const page = join(folder, "pairs.html");
      await writeFile(page, await renderPairsReport({ ...files, result, command: "llama-reward pairs" }));
      return page;
    },
  },
  processbench: {
    words: /average F1/,
    sections: ["F1 by subset", "Where errors are seen", "Provenance"],
    async write(folder) {
      const [data, scores, out] = ["data.jsonl", "scores.jsonl", "out"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      const ids = Array.from({ length: 20 }, (_, id) => id);
      await writeFile(
        data,
        toLines(
          ids.map((id) => ({
            id,
            problem: "p",
            steps: [HOSTILE, "b"],
            label: id % 2 === 0 ? -1 : 1,
            subset: HOSTILE,
          })),
        ),
      );
      await writeFile(
        scores,
        toLines(
          ids.map((id) => ({
            id,
            steps: [{ reward: 0.9 }, { reward: id % 2 === 0 ? 0.9 : 0.1 }],
            reward: 0,
            tokens: 1,
          })),
        ),
      );
      const { intervals } = await runProcessBench({ data, scores, out, bootstrap: { resamples: 50 } });
      // All ten of either kind are right: Wilson's 72.2 % of ten, for both.
      expect(intervals.average[0]).toBeCloseTo(0.7225, 4);
      return join(out, "report.html");
    },
  },
};

describe.skipIf(!hasChromium)(inChromium("pages of other commands"), () => {
  const browser = ReportBrowser.use();

  it.each(Object.keys(PAGES))(
    "%s: sections, nothing that runs but the script, no complaint, fit for a telephone",
    async (name) => {
      const { words, sections, write } = PAGES[name] ?? PAGES["fidelity"] ?? expect.unreachable();
      const { page, complaints } = await browser.open(await write(await temporaryFolder()), {
        viewport: { width: 400, height: 800 },
      });
      expect(await page.title()).not.toBe("owned");
      const main = (await page.locator("main").textContent()) ?? "";
      expect(main).toMatch(words);
      expect(main).not.toMatch(/NaN|undefined|Infinity|\[object/);
      expect(await page.locator("main h2").allTextContents()).toEqual(expect.arrayContaining(sections));
      expect(await page.locator("table[data-name=files] tbody tr").count()).toBeGreaterThan(0);
      expect(await page.locator("main button").count()).toBeGreaterThan(5);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(400);
      expect(await page.locator("script").count()).toBe(1);
      expect(complaints).toEqual([]);
      await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
      expect(await violations(page, "light")).toEqual([]);
      expect(await violations(page, "dark")).toEqual([]);
    },
  );
});
