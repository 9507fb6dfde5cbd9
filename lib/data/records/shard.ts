import { InvalidArgumentError } from "../../errors.js";
import type { DatasetRows } from "../../formats/rows.js";
import type { RecordInput } from "./open-records.js";

/** One of several parts of a dataset, for machines that share it without talking to each other. */
export interface Shard {
  /** From 1 to `count`. */
  index: number;
  count: number;
}

/**
 * The records of a shard: neighbours, which often share their prompt, stay together, and the results of all shards one after the
 * other are those of the whole. Line numbers stay those of the dataset.
 * @throws InvalidArgumentError for no shard, and for records that nobody can count beforehand
 */
export async function shardRecords(records: RecordInput, shard: Shard): Promise<RecordInput> {
  const { index, count } = checkShard(shard);
  const total = await records.count();
  if (total === undefined) {
    throw new InvalidArgumentError(
      "Standard input has no shards: how many records it has is not known before its end. Score a file.",
    );
  }
  const start = Math.floor(((index - 1) * total) / count);
  const end = Math.floor((index * total) / count);
  // Whatever a damaged file says after its last record belongs to the last shard.
  const last = index === count ? Infinity : end;
  return { rows: () => between(records.rows(), start, last), count: () => Promise.resolve(end - start) };
}

async function* between(rows: DatasetRows, start: number, end: number): DatasetRows {
  let place = 0;
  for await (const row of rows) {
    if (place >= end) return;
    if (place++ >= start) yield row;
  }
}

function checkShard({ index, count }: Shard): Shard {
  if (Number.isSafeInteger(count) && Number.isSafeInteger(index) && index >= 1 && index <= count)
    return { index, count };
  throw new InvalidArgumentError(`Expected a shard from 1/n to n/n but received ${index}/${count}.`);
}
