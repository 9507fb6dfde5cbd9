import { rewardOf, type FileRun, type ResultRow } from "./file-run.js";

export type RowOrder = "file" | "highest" | "lowest";

/** The rows of a run that are complete, in an order. Those without a reward come last either way. */
export function orderRows(run: FileRun, order: RowOrder): ResultRow[] {
  const rows = run.rows.slice(0, run.doneRows);
  if (order === "file") return rows;
  const sign = order === "highest" ? -1 : 1;
  const key = (row: ResultRow): number => rewardOf(row) ?? sign * Infinity;
  return rows.sort((a, b) => sign * (key(a) - key(b)) || 0);
}
