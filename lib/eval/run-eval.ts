import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openDataset } from "../data/dataset/dataset.js";
import { DatasetError, FileError, InvalidArgumentError } from "../errors.js";
import { decisivePairs } from "./analysis/decisive-pair.js";
import { worstPairs } from "./analysis/worst-pairs.js";
import { collect } from "./items/collect.js";
import { ItemReader } from "../data/records/item-reader.js";
import { itemRecord } from "../data/records/item-record.js";
import type { RecordEntry } from "../data/records/record.js";
import { BENCHMARKS } from "./metrics/index.js";
import { renderReport } from "./report/report.js";
import { rewardBenchResult } from "./rewardbench-result.js";
import { compareRuns, type Run } from "./analysis/compare-runs.js";
import { dataFiles, provenanceOf, type NamedFile, type Provenance } from "./provenance/provenance.js";
import {
  distinctNames,
  readRunNote,
  scoresFileOf,
  scoresName,
  type NamedRun,
  type RunNote,
} from "./provenance/run-note.js";
import { summarise, type EvalSubject, type EvalSummary } from "./analysis/summary.js";
import { withLock } from "../util/files/file-lock.js";
import { writeWhole } from "../util/files/write-whole.js";
import { messageOf } from "../util/caught.js";
import { scoreBenchmark } from "./score-benchmark.js";
import { type EvalOptions, EVAL_FILES } from "./eval-options.js";

/** Wrong pairs shown with their texts. */
const WORST_PAIRS = 20;

/**
 * Evaluates a reward model on a benchmark: scores every record into `scores.jsonl` (a line at a time, so that a killed run
 * continues with `resume`), then computes summary and report from that file.
 * @throws DatasetError the data cannot be used, or with `strict` the first bad record
 * @throws InvalidArgumentError neither scorer nor scores; or `out` holds another run
 * @throws FileError `FILE_FAILED` `out` cannot be written; `FILE_LOCKED` another run writes there
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { runEval } from "llama-reward/eval";
 *
 * const model = await RewardModel.load("models/grm");
 * const { average, intervals } = await runEval({
 *   benchmark: "pairs",
 *   data: "pairs.jsonl",
 *   out: "results",
 *   scorer: model,
 * });
 * console.log(average, intervals.average);
 * await model.dispose();
 * ```
 */
export async function runEval(options: EvalOptions): Promise<EvalSummary> {
  const { input } = BENCHMARKS[options.benchmark];
  const dataset = await openEvalData(options, input.split);
  const { layouts, subsets } = input;
  const reader = new ItemReader(dataset, { layouts, subsets, strict: options.strict });
  await mkdir(options.out, { recursive: true }).catch((cause: unknown) => {
    throw notWritten(options.out, cause);
  });
  return withLock(join(options.out, EVAL_FILES.lock), options.out, () => evaluate(reader, options));
}

async function evaluate(reader: ItemReader, options: EvalOptions): Promise<EvalSummary> {
  const scoresPath = options.scores ?? (await scoreBenchmark(() => toRecords(reader), options));
  const collected = await collect(reader, scoresPath);
  if (collected.items.length === 0) {
    throw new InvalidArgumentError(
      `None of the ${collected.counts.total} records of ${options.data} has a score in ${scoresPath}. ` +
        "Scores are matched by id: check that both files belong together.",
    );
  }
  const note = await readRunNote(scoresPath);
  const subject = subjectOf(options, reader, note);
  const own = { name: subject.model, type: subject.type, scores: scoresPath, items: collected.items };
  const runs = [own, ...(await otherRuns(reader, options))];
  const benchmark = BENCHMARKS[options.benchmark];
  const summary = summarise(subject, benchmark, collected, {
    comparison: runs.length === 1 ? null : compareRuns(benchmark, named(runs), options.bootstrap),
    provenance: await provenance(reader, runs, note, options),
    bootstrap: options.bootstrap,
  });
  const worst = await worstPairs(decisivePairs(collected.items), reader, WORST_PAIRS, collected.haveRewards);
  await writeOutputs(options, summary, await renderReport(summary, worst));
  return summary;
}

type LoadedRun = NamedRun & Run;

async function otherRuns(reader: ItemReader, { against = [] }: EvalOptions): Promise<LoadedRun[]> {
  const runs: LoadedRun[] = [];
  for (const path of typeof against === "string" ? [against] : against) {
    const scores = await scoresFileOf(path);
    const note = await readRunNote(scores);
    const { items } = await collect(reader, scores);
    runs.push({ name: note?.name ?? scoresName(scores), type: note?.type, scores, items });
  }
  return runs;
}

function named(runs: readonly LoadedRun[]): Run[] {
  const names = distinctNames(runs);
  return runs.map((run, index) => ({ ...run, name: names[index] ?? run.name }));
}

async function provenance(
  { dataset }: ItemReader,
  [own, ...others]: readonly LoadedRun[],
  scoredBy: RunNote | undefined,
  { command, signal }: EvalOptions,
): Promise<Provenance> {
  const files: NamedFile[] = [
    ...dataFiles(dataset),
    ...(own === undefined ? [] : [{ role: "scores" as const, path: own.scores }]),
    ...others.map(({ scores }) => ({ role: "against" as const, path: scores })),
  ];
  return provenanceOf(files, { command, scoredBy, signal });
}

async function* toRecords(reader: ItemReader): AsyncIterable<RecordEntry> {
  for await (const entry of reader.entries()) yield itemRecord(entry);
}

async function openEvalData(
  { data, split, config, signal }: EvalOptions,
  publishedSplit: string | undefined,
): ReturnType<typeof openDataset> {
  if (split !== undefined || publishedSplit === undefined)
    return openDataset(data, { split, config, signal });
  // A folder from the Hub holds the published split among others; a file, or a folder of one's own, need not name it.
  return openDataset(data, { split: publishedSplit, config, signal }).catch((error: unknown) => {
    if (!(error instanceof DatasetError)) throw error;
    return openDataset(data, { config, signal });
  });
}

function subjectOf(
  { benchmark, data, split, scorer, scores }: EvalOptions,
  reader: ItemReader,
  note: RunNote | undefined,
): EvalSubject {
  const type = scorer?.description.type ?? note?.type;
  return {
    benchmark,
    model: scorer?.description.name ?? note?.name ?? scoresName(scores ?? ""),
    ...(type === undefined ? {} : { type }),
    data: { path: data, layout: reader.layout?.title ?? "", ...(split === undefined ? {} : { split }) },
  };
}

async function writeOutputs(options: EvalOptions, summary: EvalSummary, report: string): Promise<void> {
  const { out, benchmark, scorer } = options;
  try {
    await writeWhole(join(out, EVAL_FILES.summary), `${JSON.stringify(summary, null, 2)}\n`);
    await writeWhole(join(out, EVAL_FILES.report), report);
    if (benchmark === "rewardbench" || benchmark === "rewardbench2") {
      const modelType = scorer?.description.task === "compare" ? "Custom Classifier" : "Seq. Classifier";
      await writeWhole(join(out, EVAL_FILES.rewardBench), rewardBenchResult(summary, modelType));
    }
  } catch (error) {
    throw notWritten(out, error);
  }
}

function notWritten(out: string, cause: unknown): FileError {
  return new FileError(
    "FILE_FAILED",
    `The results cannot be written to ${out}: ${messageOf(cause)}. Make room there or choose another --out; scores that are ` +
      "already there are kept.",
    { cause },
  );
}
