import { outputRecord } from "../../../data/records/output-record.js";
import { recordDigest } from "../../../data/records/record-digest.js";
import { runIdentity } from "../../../data/records/same-run.js";
import type { RecordOutcome } from "../../../data/records/score-record.js";
import { scoreRecords } from "../../../data/records/score-records.js";
import type { RecordEntry } from "../../../data/records/record.js";
import type { DataFile } from "../../../formats/data-stream.js";
import { canonicalJson } from "../../../formats/json/canonical-json.js";
import type { EmitField, Scorer } from "../../../score/score.js";
import { requireValue } from "../../../util/collections.js";
import { recordsOfShard } from "./records-of-shard.js";
import type { ShardRef } from "./shard-ref.js";
import { packResult, type ResultHeader } from "./shard-result.js";

/** What it takes to score a shard. */
export interface ShardTask {
  shard: ShardRef;
  file: DataFile;
  scorer: Scorer;
  emit: readonly EmitField[];
  /** Who does it. */
  worker: string;
  signal?: AbortSignal | undefined;
  /** Told of each record that is done. */
  onRecord?: ((tokens: number) => void) | undefined;
}

/** The results of a shard as they are stored. */
export interface ScoredShard {
  header: Omit<ResultHeader, "sha256">;
  bytes: Uint8Array;
}

/**
 * Scores the records of a shard as `score` does: the same lines, with the same digests; bad records are errors in place.
 * @throws JobError `SHARD_INVALID` these are not the records that were submitted
 * @throws what the scorer throws that is no record's fault; `signal.reason`
 */
export async function scoreShard(task: ShardTask): Promise<ScoredShard> {
  const { shard, file, scorer, emit, worker, signal, onRecord } = task;
  const made = runIdentity({ command: "score", scorer });
  const identity = canonicalJson(made);
  /** Of records that are under way. */
  const digests: string[] = [];
  async function* entries(): AsyncIterable<RecordEntry> {
    for await (const entry of recordsOfShard(shard, file, signal)) {
      digests.push(recordDigest(identity, entry));
      yield entry;
    }
  }
  const lines: string[] = [];
  let failed = 0;
  let tokens = 0;
  for await (const outcome of scoreRecords(entries(), scorer, { signal, emit })) {
    signal?.throwIfAborted();
    const record = outputRecord(outcome);
    lines.push(`${JSON.stringify({ ...record, digest: requireValue(digests, lines.length) })}\n`);
    if ("error" in record) failed++;
    const own = tokensOf(outcome);
    tokens += own;
    onRecord?.(own);
  }
  signal?.throwIfAborted();
  const header = { id: shard.id, records: lines.length, failed, tokens, made, worker };
  return { header, bytes: packResult(header, Buffer.from(lines.join(""))) };
}

function tokensOf({ scores }: RecordOutcome): number {
  return (scores ?? []).reduce((sum, { score }) => sum + (score?.tokenCount ?? 0), 0);
}
