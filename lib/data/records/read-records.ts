import type { Dataset } from "../dataset/dataset.js";
import { readRecord, type RecordEntry } from "./record.js";

/**
 * The records of a dataset, bad ones as errors in place.
 * @throws DatasetError with `isStrict`, the first bad record
 */
export async function* readRecords(dataset: Dataset, isStrict: boolean): AsyncIterable<RecordEntry> {
  for await (const row of dataset.rows()) {
    const entry = readRecord(row);
    if (isStrict && entry.error !== undefined) throw entry.error;
    yield entry;
  }
}
