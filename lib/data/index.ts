/**
 * Datasets and records in, scores out, resumable.
 * @module llama-reward/data
 */
export type * from "../model/scoring-types.js";
export * from "./dataset/index.js";
export { openRecords, STANDARD_INPUT, type RecordInput } from "./records/open-records.js";
export {
  outputRecord,
  resultJson,
  type OutputJson,
  type OutputOptions,
  type ResultJson,
} from "./records/output-record.js";
export { writeScoreTable } from "./records/score-table.js";
export { readRecord } from "./records/read-records.js";
export type { PairRequest, RecordEntry, RecordId, ScoreRecord } from "./records/record.js";
export { openScoreLog, type RecordFlow, type RecordSink } from "./records/record-sink.js";
export type { RunDescription, RunSettings } from "./records/same-run.js";
export {
  scoreFile,
  writeScores,
  type ScoredCounts,
  type ScoreFileOptions,
  type WriteScoresOptions,
} from "./records/score-file.js";
export type { Shard } from "./records/shard.js";
export type { RecordOutcome } from "./records/score-record.js";
export { scoreRecords } from "./records/score-records.js";
