import { toCsv } from "../ui/csv.js";
import { answersOf, type RowAnswer } from "./answers-of.js";
import { errorOf, problemOf, rewardOf, scoresOf, type FileRun, type ResultRow } from "./file-run.js";

/** The records `llama-reward score` writes, one per line, of every row that is complete. */
export function runAsJsonl(run: FileRun): string {
  return run.rows
    .slice(0, run.doneRows)
    .map((row) => `${JSON.stringify({ id: row.record.id, ...outcomeOf(row) })}\n`)
    .join("");
}

const COLUMNS = ["id", "kind", "answer", "reward", "std", "margin", "tokens"];

/** One line for every answer, with its texts and attributes; a record that cannot be read has one line, too. */
export function runAsCsv(run: FileRun): string {
  const rows = run.rows.slice(0, run.doneRows);
  const attributes = attributeNames(rows);
  return toCsv(
    [...COLUMNS, ...attributes, "prompt", "text", "warnings", "error"],
    rows.flatMap((row) => {
      const answers: (RowAnswer | undefined)[] = answersOf(row);
      return (answers.length === 0 ? [undefined] : answers).map((answer) => csvLine(row, answer, attributes));
    }),
  );
}

function csvLine(
  row: ResultRow,
  answer: RowAnswer | undefined,
  attributes: readonly string[],
): (string | number | undefined)[] {
  const { score, error } = answer?.outcome ?? {};
  return [
    row.record.id,
    row.record.kind,
    answer?.name,
    score?.reward,
    score?.std,
    row.record.kind === "pair" ? rewardOf(row) : undefined,
    score?.tokenCount,
    ...attributes.map((name) => score?.attributes?.[name]?.mean),
    answer?.prompt,
    answer?.text ?? row.record.text,
    score?.warnings.join(" "),
    answer === undefined
      ? problemOf(row)
      : error === undefined
        ? undefined
        : `${error.code}: ${error.message}`,
  ];
}

/** Attributes of the run's scores, in the head's order. */
function attributeNames(rows: readonly ResultRow[]): string[] {
  const first = rows.flatMap(scoresOf).find(({ attributes }) => attributes !== undefined);
  return Object.keys(first?.attributes ?? {});
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
