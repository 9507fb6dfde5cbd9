import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { openDataset } from "../data/dataset/dataset.js";
import type { RecordEntry } from "../data/records/record.js";
import type { RunSettings } from "../data/records/same-run.js";
import { ScoreLog } from "../data/records/score-log.js";
import { scoreRecords } from "../data/records/score-records.js";
import { ScoringRun } from "../data/records/scoring-run.js";
import { DatasetError, FileError, InvalidArgumentError } from "../errors.js";
import type { Scorer } from "../score/score.js";
import { decisivePairs } from "./analysis/decisive-pair.js";
import { worstPairs } from "./analysis/worst-pairs.js";
import { collect } from "./items/collect.js";
import { ItemReader } from "../data/records/item-reader.js";
import { itemRecord } from "../data/records/item-record.js";
import { itemOutput } from "../data/records/output-record.js";
import type { BenchmarkName } from "./metrics/benchmark.js";
import { BENCHMARKS } from "./metrics/index.js";
import { REWARDBENCH_SUBSETS } from "./metrics/rewardbench-tables.js";
import { renderReport } from "./report/report.js";
import { rewardBenchResult } from "./rewardbench-result.js";
import type { BootstrapOptions } from "./stats/bootstrap.js";
import { summarise, type EvalSubject, type EvalSummary } from "./analysis/summary.js";
import { withLock } from "../util/files/file-lock.js";
import { writeWhole } from "../util/files/write-whole.js";
import { messageOf } from "../util/caught.js";

/** How far a run is. */
export interface EvalProgress {
  /** Records written in this run. */
  records: number;
  /** Records an earlier run had finished. */
  resumed: number;
  /** Records in the data. */
  total: number;
  /** Records that could not be read or scored. */
  failed: number;
  /** Tokens of the records written in this run. */
  tokens: number;
}

/** What `runEval` needs. */
export interface EvalOptions {
  benchmark: BenchmarkName;
  /** Data file or folder. */
  data: string;
  /** Which split of a folder; by default the one the benchmark publishes. */
  split?: string | undefined;
  /** Which configuration its card describes. */
  config?: string | undefined;
  /** Output folder; made when it is not there. */
  out: string;
  /** The model. Not needed with `scores`. */
  scorer?: Scorer | undefined;
  /** Recomputes everything from this score file instead of scoring. */
  scores?: string | undefined;
  /** Scores of another model or type for the same data, to compare with. */
  against?: string | undefined;
  /** Continues an interrupted run in `out`. */
  resume?: boolean | undefined;
  /** Stops at the first bad record. */
  strict?: boolean | undefined;
  settings?: RunSettings | undefined;
  bootstrap?: BootstrapOptions | undefined;
  signal?: AbortSignal | undefined;
  /** Told after every record. */
  onProgress?: ((progress: EvalProgress) => void) | undefined;
}

/** Files a run leaves in its folder. */
export const EVAL_FILES = {
  run: "run.json",
  scores: "scores.jsonl",
  summary: "summary.json",
  report: "report.html",
  rewardBench: "rewardbench.json",
  /** Only while somebody writes the folder. */
  lock: "eval.lock",
} as const;

/** Layouts and subsets a benchmark can read, and the split its dataset publishes for it. */
const INPUT: Readonly<
  Record<BenchmarkName, { layouts: readonly string[]; subsets?: readonly string[]; split?: string }>
> = {
  rewardbench: {
    layouts: ["rewardbench", "pair", "message-pair"],
    subsets: REWARDBENCH_SUBSETS,
    split: "filtered",
  },
  rewardbench2: { layouts: ["rewardbench2"], split: "test" },
  "rm-bench": { layouts: ["rm-bench"] },
  pairs: {
    layouts: [
      "pair",
      "message-pair",
      "helpsteer2",
      "helpsteer3",
      "hh-rlhf",
      "pku-saferlhf",
      "shp",
      "orca",
      "sharegpt-pair",
      "alpaca-pair",
      "rewardbench",
    ],
  },
};

/** Wrong pairs shown with their texts. */
const WORST_PAIRS = 20;

/**
 * Evaluates a reward model on a benchmark: scores every record into `scores.jsonl` (a line at a time, so that a killed run
 * continues with `resume`), then computes summary and report from that file.
 * @throws DatasetError the data cannot be used, or with `strict` the first bad record
 * @throws InvalidArgumentError neither scorer nor scores; or `out` holds another run
 * @throws FileError `FILE_FAILED` `out` cannot be written; `FILE_LOCKED` another run writes there
 */
export async function runEval(options: EvalOptions): Promise<EvalSummary> {
  const input = INPUT[options.benchmark];
  const dataset = await openEvalData(options, input.split);
  const { layouts, subsets } = input;
  const reader = new ItemReader(dataset, { layouts, subsets, strict: options.strict });
  await mkdir(options.out, { recursive: true }).catch((cause: unknown) => {
    throw notWritten(options.out, cause);
  });
  return withLock(join(options.out, EVAL_FILES.lock), options.out, () => evaluate(reader, options));
}

async function evaluate(reader: ItemReader, options: EvalOptions): Promise<EvalSummary> {
  const scoresPath = options.scores ?? (await scoreAll(reader, options));
  const collected = await collect(reader, scoresPath);
  if (collected.items.length === 0) {
    throw new InvalidArgumentError(
      `None of the ${collected.counts.total} records of ${options.data} has a score in ${scoresPath}. ` +
        "Scores are matched by id: check that both files belong together.",
    );
  }
  const against =
    options.against === undefined
      ? undefined
      : { scores: options.against, items: (await collect(reader, options.against)).items };
  const subject = subjectOf(options, reader);
  const summary = summarise(subject, BENCHMARKS[options.benchmark], collected, {
    against,
    bootstrap: options.bootstrap,
  });
  const worst = await worstPairs(decisivePairs(collected.items), reader, WORST_PAIRS, collected.haveRewards);
  await writeOutputs(options, summary, await renderReport(summary, worst));
  return summary;
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

function subjectOf({ benchmark, data, split, scorer, scores }: EvalOptions, reader: ItemReader): EvalSubject {
  return {
    benchmark,
    model: scorer?.description.name ?? basename(scores ?? ""),
    ...(scorer === undefined ? {} : { type: scorer.description.type }),
    data: { path: data, layout: reader.layout?.title ?? "", ...(split === undefined ? {} : { split }) },
  };
}

async function scoreAll(reader: ItemReader, options: EvalOptions): Promise<string> {
  const { benchmark, scorer, out, resume = false, signal, onProgress } = options;
  if (scorer === undefined) {
    throw new InvalidArgumentError("Expected a model folder, or --scores with a file of scores.");
  }
  const path = join(out, EVAL_FILES.scores);
  // Reading everything once is quick next to scoring, shows bad records at once and makes a remaining time possible.
  const total = await countEntries(reader);
  const log = await ScoreLog.open(path, resume);
  try {
    const { settings } = options;
    const run = await ScoringRun.begin(log, join(out, EVAL_FILES.run), {
      command: benchmark,
      scorer,
      settings,
    });
    const progress: EvalProgress = { records: 0, resumed: run.doneCount, total, failed: 0, tokens: 0 };
    const entries = run.pending(toRecords(reader));
    for await (const outcome of scoreRecords(entries, scorer, { signal })) {
      const record = itemOutput(outcome);
      await run.append(record);
      progress.records++;
      if ("error" in record) progress.failed++;
      for (const { score } of outcome.scores ?? []) progress.tokens += score?.tokenCount ?? 0;
      onProgress?.({ ...progress });
    }
  } finally {
    await log.close();
  }
  return path;
}

async function countEntries(reader: ItemReader): Promise<number> {
  const entries = reader.entries()[Symbol.asyncIterator]();
  let count = 0;
  while ((await entries.next()).done !== true) count++;
  return count;
}

async function* toRecords(reader: ItemReader): AsyncIterable<RecordEntry> {
  for await (const entry of reader.entries()) yield itemRecord(entry);
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
