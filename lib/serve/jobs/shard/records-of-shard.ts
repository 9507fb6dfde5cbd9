import { placedRows } from "../../../data/dataset/placed-rows.js";
import { readRecord } from "../../../data/records/read-records.js";
import type { RecordEntry } from "../../../data/records/record.js";
import { JobError } from "../../../errors.js";
import type { DataFile } from "../../../formats/data-stream.js";
import { RecordsDigest } from "./records-digest.js";
import type { ShardRef } from "./shard-ref.js";

/**
 * The records of a shard, checked at their end: they are those that were submitted, or the stream fails.
 * @throws JobError `SHARD_INVALID`; `signal.reason`
 */
export async function* recordsOfShard(
  shard: ShardRef,
  file: DataFile,
  signal: AbortSignal | undefined,
): AsyncIterable<RecordEntry> {
  const { line, byte, offset } = shard;
  const digest = new RecordsDigest();
  let records = 0;
  for await (const { row } of placedRows(file, { line, byte }, signal)) {
    const entry = readRecord({ ...row, line: offset + row.line });
    digest.add(entry);
    records++;
    yield entry;
    if (records === shard.records) break;
  }
  if (records === shard.records && digest.digest() === shard.digest) return;
  throw new JobError(
    "SHARD_INVALID",
    `The ${shard.records} records of ${file.name} from line ${line + 1} on are not those that were submitted: the file was changed, or is ` +
      "another one here. Bring back the file that was submitted, or submit this one with another --out.",
    { details: { file: file.path, line, records } },
  );
}
