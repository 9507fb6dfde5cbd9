import { unreadable } from "../../formats/rows.js";
import type { Scorer, ScoreOptions } from "../../score/score.js";
import type { DatasetOptions } from "../dataset/dataset.js";
import { openDataset } from "../dataset/dataset.js";
import type { RecordInput } from "./open-records.js";
import { outputRecord } from "./output-record.js";
import { openScoreLog, type RecordSink } from "./record-sink.js";
import { KeptFields } from "./kept-fields.js";
import { shardRecords, type Shard } from "./shard.js";
import type { RecordOutcome } from "./score-record.js";
import { scoreRecords } from "./score-records.js";

/** What `writeScores` may be told. Progress counts records, those of an earlier run included; its total is 0 until known. */
export interface WriteScoresOptions extends ScoreOptions {
  /** Stops at the first record that cannot be read or scored. */
  strict?: boolean | undefined;
  /** Only a part of the records. */
  shard?: Shard | undefined;
  /** Fields of a record that its line of output has, too, in `input`. */
  keep?: readonly string[] | undefined;
  /** `false` leaves out the breakdown by attribute. */
  attributes?: boolean | undefined;
}

/** What became of the records of one run. */
export interface ScoredCounts {
  /** Records written by this run. */
  records: number;
  /** Those of them that could not be read or scored: their line has an `error`. */
  failed: number;
  /** Fields of `keep` that no record had. */
  absent: readonly string[];
}

/** What `scoreFile` needs. */
export interface ScoreFileOptions extends WriteScoresOptions, DatasetOptions {
  scorer: Scorer;
  /** A file, a folder or `hub:owner/name`: JSON Lines, a JSON array, CSV or Parquet, plain or gzip. */
  input: string;
  /** JSON Lines file for the results; `<out>.run.json` says what made them. */
  out: string;
  /** Continues an `out` that an earlier run left. */
  resume?: boolean | undefined;
}

/**
 * Scores the records of a dataset into a JSON Lines file: one line per record, in order, bad ones as errors in place. A run that
 * was killed continues with `resume`.
 * @throws DatasetError `DATASET_INVALID` nothing to read there, or with `strict` the first record that cannot be read or scored
 * @throws InvalidArgumentError `INVALID_ARGUMENT` `out` exists and `resume` is off, or was made from something else
 * @throws FileError `FILE_FAILED`, `FILE_LOCKED`; DownloadError `DOWNLOAD_FAILED`; `signal.reason`
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { scoreFile } from "llama-reward/data";
 *
 * const model = await RewardModel.load("models/urm");
 * const options = { scorer: model, input: "candidates.jsonl", out: "scores.jsonl" };
 * const { records, failed } = await scoreFile(options);
 * console.log(records, failed);
 * await scoreFile({ ...options, resume: true }); // nothing is scored twice
 * await model.dispose();
 * ```
 */
export async function scoreFile(options: ScoreFileOptions): Promise<ScoredCounts> {
  const { scorer, input, out, resume, split, config, ...rest } = options;
  const records = await openDataset(input, { split, config, signal: rest.signal });
  const sink = await openScoreLog(out, resume);
  try {
    return await writeScores(records, scorer, sink, rest);
  } finally {
    await sink.close();
  }
}

/**
 * Scores records into a sink, which stays open. Those that an earlier run has written there are skipped.
 * @throws InvalidArgumentError `INVALID_ARGUMENT` the earlier run was another one
 * @throws DatasetError with `strict`, the first record that cannot be read or scored
 * @throws FileError `FILE_FAILED`; what the scorer throws that is no record's fault; `signal.reason`
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { openDataset, writeScores, type RecordSink } from "llama-reward/data";
 *
 * const lines: string[] = [];
 * const sink: RecordSink = {
 *   begin: async () => ({
 *     doneCount: 0,
 *     pending: (entries) => entries,
 *     append: async (record) => void lines.push(JSON.stringify(record)),
 *   }),
 *   close: async () => undefined,
 * };
 * const model = await RewardModel.load("models/grm");
 * await writeScores(await openDataset("pairs.jsonl"), model, sink);
 * await model.dispose();
 * console.log(lines.length);
 * ```
 */
export async function writeScores(
  records: RecordInput,
  scorer: Scorer,
  sink: RecordSink,
  { strict, shard, keep, attributes, signal, emit, onProgress }: WriteScoresOptions = {},
): Promise<ScoredCounts> {
  let total = 0;
  const part = shard === undefined ? records : await shardRecords(records, shard);
  if (onProgress !== undefined) void part.count().then((count) => (total = count ?? 0));
  const settings = {
    ...(shard === undefined ? {} : { shard: `${shard.index}/${shard.count}` }),
    ...(keep === undefined ? {} : { keep }),
    ...(attributes === false ? { attributes } : {}),
  };
  const flow = await sink.begin({ command: "score", scorer, settings });
  const kept = new KeptFields(keep ?? []);
  const entries = kept.of(flow.pending(kept.read(part.rows())));
  const counts = { records: 0, failed: 0 };
  for await (const outcome of scoreRecords(entries, scorer, { signal, emit })) {
    signal?.throwIfAborted();
    if (strict === true) throwFailure(outcome);
    const line = kept.add(outputRecord(outcome, { attributes }));
    await flow.append(line);
    counts.records++;
    if ("error" in line) counts.failed++;
    onProgress?.({ phase: "score", unit: "records", done: flow.doneCount + counts.records, total });
  }
  signal?.throwIfAborted();
  return { ...counts, absent: kept.absent };
}

/** @throws the error of a record that could not be read or scored */
function throwFailure({ id, error, scores }: RecordOutcome): void {
  const failure = error ?? scores?.find((settled) => settled.error !== undefined)?.error;
  if (failure === undefined) return;
  throw unreadable(`Record ${id} cannot be scored: ${failure.message}`, failure);
}
