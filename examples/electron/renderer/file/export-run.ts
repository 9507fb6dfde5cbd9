import { toCsv } from "../ui/csv.js";
import { errorOf, problemOf, rewardOf, scoresOf, type FileRun, type ResultRow } from "./file-run.js";

/** The records `llama-reward score` writes, one per line, of every row that is complete. */
export function runAsJsonl(run: FileRun): string {
  return run.rows
    .slice(0, run.doneRows)
    .map((row) => `${JSON.stringify({ id: row.record.id, ...outcomeOf(row) })}\n`)
    .join("");
}

export function runAsCsv(run: FileRun): string {
  return toCsv(
    ["id", "kind", "reward", "std", "tokens", "error"],
    run.rows.slice(0, run.doneRows).map((row) => {
      const [only] = scoresOf(row);
      return [
        row.record.id,
        row.record.kind,
        rewardOf(row),
        row.record.kind === "single" ? only?.std : undefined,
        scoresOf(row).reduce((sum, { tokenCount }) => sum + tokenCount, 0),
        problemOf(row),
      ];
    }),
  );
}

function outcomeOf(row: ResultRow): Record<string, unknown> {
  if (row.record.kind === "unreadable") {
    return { error: { code: "DATASET_INVALID", message: row.record.problem } };
  }
  const failed = errorOf(row);
  if (failed !== undefined) return { error: { code: failed.code, message: failed.message } };
  const results = scoresOf(row).map(({ tokenCount, warnings, ...score }) => ({
    ...score,
    tokens: tokenCount,
    ...(warnings.length === 0 ? {} : { warnings }),
  }));
  const [first, second] = results;
  if (row.record.kind === "single") return { ...first };
  if (row.record.kind === "pair" && first !== undefined && second !== undefined) {
    const margin = first.reward - second.reward;
    return { chosen: first, rejected: second, margin, probability: 1 / (1 + Math.exp(-margin)) };
  }
  const best = results.reduce(
    (winner, { reward }, index) => (reward > (results[winner]?.reward ?? -Infinity) ? index : winner),
    0,
  );
  return { results, best };
}
