import { openDataset } from "../../data/dataset/dataset.js";
import { histogram } from "../analysis/histogram.js";
import type { MakePairsOptions, MakePairsResult } from "../pairs/make-pairs.js";
import { readPairs, type PairsOverview, type WrittenPair } from "../pairs/read-pairs.js";
import { dataFiles, provenanceOf } from "../provenance/provenance.js";
import { readRunNote } from "../provenance/run-note.js";
import { meanOf } from "../stats/mean.js";
import { count, counted, decimal, percent } from "./html/format.js";
import { html } from "./html/html.js";
import { reportPage, type Section } from "./report-page.js";
import { marginFigure } from "./sections/charts.js";
import { tiles } from "./sections/lead.js";
import { provenanceSection } from "./sections/provenance.js";
import { pairList } from "./sections/worst-pairs.js";
import { countTable } from "./tables/count-table.js";

/** What the page of some pairs is made from. */
export interface PairsReportOptions extends Pick<
  MakePairsOptions,
  "input" | "out" | "split" | "config" | "signal"
> {
  /** What `makePairs` returned. */
  result: MakePairsResult;
  /** The command line, to be named in the report. */
  command?: string | undefined;
}

/**
 * What `makePairs` made as one page without network: margins, lengths, records without a pair, and the closest and widest pairs with their texts.
 * @throws DatasetError, FileError the pairs or the input cannot be read; `signal.reason`
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { RewardModel } from "llama-reward";
 * import { makePairs, renderPairsReport } from "llama-reward/eval";
 *
 * const model = await RewardModel.load("models/grm");
 * const files = { input: "candidates.jsonl", out: "dpo.jsonl" };
 * const result = await makePairs({ scorer: model, ...files });
 * await model.dispose();
 * await writeFile("pairs.html", await renderPairsReport({ ...files, result }));
 * ```
 */
export async function renderPairsReport({
  input,
  out,
  split,
  config,
  result,
  command,
  signal,
}: PairsReportOptions): Promise<string> {
  const overview = await readPairs(out, signal);
  const scoredBy = await readRunNote(result.scoresFile);
  const dataset = await openDataset(input, { split, config, signal });
  const files = [
    ...dataFiles(dataset),
    { role: "scores" as const, path: result.scoresFile },
    { role: "pairs" as const, path: out },
  ];
  const { margins, closest, widest } = overview;
  const anchors = new Set<string>();
  const far = widest.filter((pair) => !closest.some(({ line }) => line === pair.line));
  const lead = html`<p class="quiet">From ${counted(result.records, "record", "records")} of ${input}.</p>
    ${tiles([
      { value: count(result.pairs), name: "pairs", note: out },
      { value: decimal(meanOf(margins)), name: "mean margin", note: scoredBy?.name ?? "" },
    ])}`;
  return reportPage(`Preference pairs${scoredBy === undefined ? "" : `: ${scoredBy.name}`}`, lead, [
    await marginFigure(histogram(margins, BINS), "Pairs", MARGINS),
    lengthSection(overview),
    leftOutSection(result),
    textsSection(
      "closest",
      "Closest pairs",
      "The pairs with the smallest margins: the likeliest to be chance.",
      closest,
      anchors,
    ),
    textsSection("widest", "Widest pairs", "The pairs with the largest margins.", far, anchors),
    provenanceSection(await provenanceOf(files, { command, scoredBy, signal })),
  ]);
}

const BINS = 30;

const MARGINS =
  "By how much the chosen answer is better than the rejected one. Pairs near zero teach little and may be wrong: --min-margin leaves them out.";

function lengthSection({ margins, chosenLonger, chosenShorter }: PairsOverview): Section | null {
  if (margins.length === 0) return null;
  const rows: [string, number][] = [
    ["longer", chosenLonger],
    ["shorter", chosenShorter],
    ["equally long", margins.length - chosenLonger - chosenShorter],
  ];
  return {
    id: "length",
    title: "Length",
    body: html`<p>
        Chosen answers are longer in ${percent(chosenLonger / margins.length)} of the pairs. Far from 50 %,
        training on them teaches length.
      </p>
      ${countTable({
        id: "length",
        title: "Pairs by which answer has more characters",
        kind: "Chosen answer is",
        unit: "Pairs",
        rows,
        total: margins.length,
      })}`,
  };
}

function leftOutSection({ leftOut, leftOutFile, records }: MakePairsResult): Section | null {
  const reasons = Object.entries(leftOut);
  if (reasons.length === 0) return null;
  return {
    id: "left-out",
    title: "Records without a pair",
    body: html`<p>${leftOutFile} names each of them.</p>
      ${countTable({
        id: "left-out",
        title: "Records without a pair, by reason",
        kind: "Reason",
        unit: "Records",
        rows: reasons,
        total: records,
      })}`,
  };
}

function textsSection(
  id: string,
  title: string,
  caption: string,
  pairs: readonly WrittenPair[],
  anchors: Set<string>,
): Section | null {
  if (pairs.length === 0) return null;
  const shown = pairs.map((pair) => ({ ...pair, subset: "" }));
  return {
    id,
    title,
    body: html`<p>${caption}</p>
      ${pairList(shown, { open: 1, anchors })}`,
  };
}
