import { BENCHMARKS } from "../metrics/index.js";
import type { WorstPair } from "../analysis/worst-pairs.js";
import type { EvalSummary } from "../analysis/summary.js";
import { reportPage } from "./report-page.js";
import {
  calibrationSection,
  lengthSection,
  marginSection,
  publishedSection,
  scoresSections,
  uncertaintySection,
} from "./chart-sections.js";
import { againstSection, attributesSection, notices, overview } from "./text-sections.js";
import { worstPairsSection } from "./worst-pairs-section.js";

/**
 * `report.html`: one file without script or network, with every figure of a run as a chart and as numbers.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { RewardModel } from "llama-reward";
 * import { renderReport, runEval } from "llama-reward/eval";
 *
 * const model = await RewardModel.load("models/grm");
 * const summary = await runEval({ benchmark: "pairs", data: "pairs.jsonl", out: "results", scorer: model });
 * await model.dispose();
 * await writeFile("report.html", await renderReport(summary, []));
 * ```
 */
export async function renderReport(summary: EvalSummary, worst: readonly WorstPair[]): Promise<string> {
  const title = `${BENCHMARKS[summary.benchmark].title}: ${summary.model}`;
  const sections = [
    overview(summary),
    notices(summary),
    await publishedSection(summary),
    await scoresSections(summary),
    await marginSection(summary),
    await calibrationSection(summary),
    await uncertaintySection(summary),
    await lengthSection(summary),
    attributesSection(summary),
    againstSection(summary),
    worstPairsSection(worst),
  ];
  return reportPage(title, sections);
}
