import { unreadable } from "../rows.js";
import type { RewardError } from "../../errors.js";

/**
 * Stands in a row for the value of a column that cannot be read. No schema takes it for anything, nor does a chat template, so whoever wants the value
 * refuses the row, and whoever does not never looks at it.
 */
export class UnreadableColumn {
  readonly [Symbol.toStringTag] = "UnreadableColumn";
  readonly message: string;

  constructor(
    readonly column: string,
    problem: string,
    readonly cause: unknown,
  ) {
    this.message = `the column ${column} cannot be read: ${problem}`;
  }
}

/** The reason why a row was refused, and which of its columns could not be read: likely the same. */
export function withUnreadableColumns(error: RewardError, row: unknown): RewardError {
  if (typeof row !== "object" || row === null) return error;
  const found = Object.values(row).filter((field) => field instanceof UnreadableColumn);
  if (found.length === 0) return error;
  return unreadable(`${error.message} Of the row, ${found.map(({ message }) => message).join("; ")}.`, error);
}

/** What is wrong with a Parquet file, a row group or a column: the end of a sentence about it. Never leaves the reader. */
export class ParquetProblem extends Error {
  override readonly name = "ParquetProblem";
}

/** @throws ParquetProblem */
export function demand(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new ParquetProblem(problem);
}
