import { ConversationError, DatasetError, RewardError } from "../errors.js";

/** One row of a dataset as it was read: a value whose shape nobody checked yet, or the reason there is none. */
export interface DatasetRow {
  /** Place in the dataset, from 0: the line of a JSONL file (blank lines count), the row of a table. */
  line: number;
  value?: unknown;
  error?: RewardError;
}

/** Rows in order. A row that cannot be read gives its error in place; the others still come. */
export type DatasetRows = AsyncIterable<DatasetRow>;

/** The error of a row, or of a file, that cannot be read. */
export function unreadable(message: string, cause?: unknown): DatasetError {
  return new DatasetError("DATASET_INVALID", message, cause === undefined ? {} : { cause });
}

/** Errors of conversations know no line. */
export function atLine(error: ConversationError, line: number): ConversationError {
  const { code, message, details } = error;
  return new ConversationError(code, `Line ${line + 1}: ${message}`, { cause: error, details });
}

/** Whether an error is one of ours, which a run reports in place instead of stopping. */
export function isRewardError(error: unknown): error is RewardError {
  return error instanceof RewardError;
}
