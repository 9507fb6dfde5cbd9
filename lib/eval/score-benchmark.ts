import { join } from "node:path";
import type { RecordEntry } from "../data/records/record.js";
import { ScoreLog } from "../data/records/score-log.js";
import { scoreRecords } from "../data/records/score-records.js";
import { ScoringRun } from "../data/records/scoring-run.js";
import { InvalidArgumentError } from "../errors.js";
import type { ItemReader } from "../data/records/item-reader.js";
import { itemRecord } from "../data/records/item-record.js";
import { itemOutput } from "../data/records/output-record.js";
import { type EvalProgress, type EvalOptions, EVAL_FILES } from "./eval-options.js";

/**
 * Scores every record of a benchmark into `scores.jsonl`.
 * @returns the file's path
 */
export async function scoreBenchmark(reader: ItemReader, options: EvalOptions): Promise<string> {
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
