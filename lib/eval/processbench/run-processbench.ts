import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RecordEntry } from "../../data/records/record.js";
import { InvalidArgumentError } from "../../errors.js";
import { unreadable } from "../../formats/rows.js";
import { fileError } from "../../util/caught.js";
import { withLock } from "../../util/files/file-lock.js";
import { writeWhole } from "../../util/files/write-whole.js";
import { EVAL_FILES, type EvalOptions } from "../eval-options.js";
import type { RecordCounts } from "../items/collect.js";
import { dataFiles, provenanceOf } from "../provenance/provenance.js";
import { readRunNote, scoresName } from "../provenance/run-note.js";
import { scoreBenchmark } from "../score-benchmark.js";
import { DEFAULT_THRESHOLD, measureProcess, predictFirstError, type JudgedItem } from "./figures.js";
import { ProcessItems, processRecord } from "./items.js";
import { readStepScores } from "./read-step-scores.js";
import { renderProcessReport } from "./report.js";
import type { ProcessBenchSummary } from "./summary.js";

/** What `runProcessBench` needs. */
export interface ProcessBenchOptions extends Omit<EvalOptions, "benchmark" | "against"> {
  /** A step with a smaller reward counts as wrong. Default 0.5. */
  threshold?: number | undefined;
}

/**
 * Evaluates a process reward model on ProcessBench: which step of a solution is the first wrong one, if any. Scores every solution into
 * `scores.jsonl` (a line at a time, so that a killed run continues with `resume`), then computes summary and report from that file.
 * @throws DatasetError the data cannot be used, or with `strict` the first bad record
 * @throws InvalidArgumentError neither scorer nor scores, a scorer of whole answers; or `out` holds another run
 * @throws FileError `FILE_FAILED` `out` cannot be written; `FILE_LOCKED` another run writes there
 * @example
 * ```ts
 * // Needs the network.
 * import { RewardModel } from "llama-reward";
 * import { runProcessBench } from "llama-reward/eval";
 *
 * const model = await RewardModel.load("models/qwen2.5-math-prm");
 * const { average, subsets } = await runProcessBench({ data: "hub:Qwen/ProcessBench", out: "results", scorer: model });
 * console.log(average, subsets["gsm8k"]?.f1);
 * await model.dispose();
 * ```
 */
export async function runProcessBench(options: ProcessBenchOptions): Promise<ProcessBenchSummary> {
  const { data, out, split, config, signal, scorer, scores, threshold = DEFAULT_THRESHOLD } = options;
  if (!Number.isFinite(threshold))
    throw new InvalidArgumentError(`Expected a number for the threshold but received ${threshold}.`);
  if (scores === undefined && scorer !== undefined && scorer.description.task !== "steps") {
    throw new InvalidArgumentError(
      `${scorer.description.name} rewards whole answers: ProcessBench is for process reward models, which reward every step.`,
    );
  }
  const items = await ProcessItems.open(data, { split, config, signal });
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw fileError("create", out, cause);
  });
  return withLock(join(out, EVAL_FILES.lock), out, () => evaluate(items, { ...options, threshold }));
}

async function evaluate(
  items: ProcessItems,
  options: ProcessBenchOptions & { threshold: number },
): Promise<ProcessBenchSummary> {
  const { data, split, scorer, scores, out, bootstrap, threshold, command, signal } = options;
  const path =
    scores ??
    (await scoreBenchmark(() => toRecords(items, options.strict), { ...options, benchmark: "processbench" }));
  const { judged, counts } = await judge(items, path, threshold);
  const note = await readRunNote(path);
  const type = scorer?.description.type ?? note?.type;
  const summary: ProcessBenchSummary = {
    benchmark: "processbench",
    model: scorer?.description.name ?? note?.name ?? scoresName(path),
    ...(type === undefined ? {} : { type }),
    data: { path: data, ...(split === undefined ? {} : { split }) },
    threshold,
    records: counts,
    ...measureProcess(judged, bootstrap),
    provenance: await provenanceOf([...items.datasets.flatMap(dataFiles), { role: "scores", path }], {
      command,
      scoredBy: note,
      signal,
    }),
  };
  try {
    await writeWhole(join(out, EVAL_FILES.summary), `${JSON.stringify(summary, null, 2)}\n`);
    await writeWhole(join(out, EVAL_FILES.report), renderProcessReport(summary));
  } catch (cause) {
    throw fileError("write", out, cause);
  }
  return summary;
}

/** Joins the items with their scores by id. @throws DatasetError, InvalidArgumentError the scores belong to other data */
async function judge(
  items: ProcessItems,
  path: string,
  threshold: number,
): Promise<{ judged: JudgedItem[]; counts: RecordCounts }> {
  const scores = await readStepScores(path);
  const judged: JudgedItem[] = [];
  const counts: RecordCounts = { total: 0, scored: 0, failed: 0, bad: 0, missing: 0 };
  for await (const { id, item } of items.entries()) {
    counts.total++;
    const rewards = scores.get(String(id));
    if (item === undefined) counts.bad++;
    else if (rewards === undefined) counts.missing++;
    else if (rewards !== null && rewards.length !== item.steps.length) {
      throw unreadable(
        `Record ${id} has ${item.steps.length} steps but ${rewards.length} rewards. The score file belongs to other data.`,
      );
    } else {
      counts[rewards === null ? "failed" : "scored"]++;
      const { subset, label } = item;
      judged.push({
        subset,
        label,
        prediction: rewards === null ? undefined : predictFirstError(rewards, threshold),
      });
    }
  }
  if (judged.length > 0) return { judged, counts };
  throw new InvalidArgumentError(
    `None of the ${counts.total} records has a score in ${path}. Scores are matched by id: check that both files belong together.`,
  );
}

async function* toRecords(items: ProcessItems, isStrict: boolean | undefined): AsyncIterable<RecordEntry> {
  for await (const entry of items.entries(isStrict)) yield processRecord(entry);
}
