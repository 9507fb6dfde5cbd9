import { join } from "node:path";
import type { RecordEntry } from "../data/records/record.js";
import { ScoreLog } from "../data/records/score-log.js";
import { scoreRecords } from "../data/records/score-records.js";
import { ScoringRun } from "../data/records/scoring-run.js";
import { InvalidArgumentError } from "../errors.js";
import { itemOutput } from "../data/records/output-record.js";
import { type EvalProgress, type EvalOptions, EVAL_FILES } from "./eval-options.js";

/** What scoring a benchmark needs of a run's options. */
type ScoringOptions = Pick<
  EvalOptions,
  "scorer" | "out" | "resume" | "signal" | "onProgress" | "settings"
> & { benchmark: string };

/**
 * Scores every record of a benchmark into `scores.jsonl`.
 * @param records reads them from the start; called twice
 * @returns the file's path
 */
export async function scoreBenchmark(
  records: () => AsyncIterable<RecordEntry>,
  options: ScoringOptions,
): Promise<string> {
  const { benchmark, scorer, out, resume = false, signal, onProgress } = options;
  if (scorer === undefined) {
    throw new InvalidArgumentError("Expected a model folder, or --scores with a file of scores.");
  }
  const path = join(out, EVAL_FILES.scores);
  // Reading everything once is quick next to scoring, shows bad records at once and makes a remaining time possible.
  const total = await countEntries(records());
  const log = await ScoreLog.open(path, resume);
  try {
    const { settings } = options;
    const run = await ScoringRun.begin(log, join(out, EVAL_FILES.run), {
      command: benchmark,
      scorer,
      settings,
    });
    const progress: EvalProgress = { records: 0, resumed: run.doneCount, total, failed: 0, tokens: 0 };
    const entries = run.pending(records());
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

async function countEntries(records: AsyncIterable<RecordEntry>): Promise<number> {
  const entries = records[Symbol.asyncIterator]();
  let count = 0;
  while ((await entries.next()).done !== true) count++;
  return count;
}
