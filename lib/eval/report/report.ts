import type { EvalSummary } from "../analysis/summary.js";
import type { WorstPair } from "../analysis/worst-pairs.js";
import { BENCHMARKS } from "../metrics/index.js";
import { html } from "./html/html.js";
import { reportPage } from "./report-page.js";
import { attributesSection } from "./sections/attributes.js";
import { calibrationSection, lengthSection, marginSection, uncertaintySection } from "./sections/charts.js";
import { comparisonSection } from "./sections/comparison.js";
import { notices, overview } from "./sections/lead.js";
import { provenanceSection } from "./sections/provenance.js";
import { publishedSection } from "./sections/published.js";
import { scoresSection } from "./sections/scores.js";
import { worstPairsSection } from "./sections/worst-pairs.js";

/**
 * `report.html`: one file without network, with every figure of a run as a chart and as numbers.
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
  const { benchmark, model, comparison, margins, attributes, provenance } = summary;
  // Of comparisons a record has several, and is shown once.
  const wrong =
    BENCHMARKS[benchmark].comparedUnit === "records"
      ? margins.reduce((sum, { low, count }) => sum + (low < 0 ? count : 0), 0)
      : null;
  return reportPage(
    `${BENCHMARKS[benchmark].title}: ${model}`,
    html`${overview(summary)} ${notices(summary)}`,
    [
      comparisonSection(comparison),
      scoresSection(summary),
      publishedSection(summary),
      await marginSection(summary),
      await calibrationSection(summary),
      await uncertaintySection(summary),
      await lengthSection(summary),
      attributesSection(attributes),
      worstPairsSection(worst, wrong),
      provenanceSection(provenance),
    ],
  );
}
