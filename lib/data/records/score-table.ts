import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify, type Options } from "csv-stringify/sync";
import { readJsonLines } from "../../formats/json/json-lines.js";
import { putWhole, syncFile } from "../../util/files/write-whole.js";
import { fileError } from "../../util/caught.js";

type Row = Readonly<Record<string, string | number | boolean>>;

/** Says what made a line: for `resume`, and nobody else. */
const INTERNAL = "digest";

/**
 * Writes a score log as a table, a record a row: `attributes.helpfulness.mean` is a column of its own, and so is `results.0.reward`.
 * Lists of numbers and texts stay JSON. A record without a column has an empty cell there. A text that a spreadsheet would take for
 * a formula has `'` in front; the log has it as it is.
 * @param log JSON Lines, as `openScoreLog` leaves it
 * @param out `.csv`, or `.tsv` for tabs
 * @throws FileError
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { scoreFile, writeScoreTable } from "llama-reward/data";
 *
 * const model = await RewardModel.load("models/urm");
 * await scoreFile({ scorer: model, input: "candidates.jsonl", out: "scores.jsonl" });
 * await writeScoreTable("scores.jsonl", "scores.csv");
 * await model.dispose();
 * ```
 */
export async function writeScoreTable(log: string, out: string): Promise<void> {
  const columns = new Set<string>(["id"]);
  for await (const row of rowsOf(log)) for (const name of Object.keys(row)) columns.add(name);
  const names = [...columns];
  const form: Options = {
    delimiter: out.toLowerCase().endsWith(".tsv") ? "\t" : ",",
    // Else false would be an empty cell, as what is not there.
    cast: { boolean: String },
    // A spreadsheet must not take a text of somebody else's for a formula.
    escape_formulas: true,
  };
  async function* lines(): AsyncIterable<string> {
    yield stringify([names], form);
    for await (const row of rowsOf(log)) yield stringify([names.map((name) => row[name] ?? null)], form);
  }
  await putWhole(out, async (incomplete) => {
    await pipeline(Readable.from(lines()), createWriteStream(incomplete));
    await syncFile(incomplete);
  }).catch((cause: unknown) => {
    throw fileError("write", out, cause);
  });
}

async function* rowsOf(log: string): AsyncIterable<Row> {
  for await (const { value, error } of readJsonLines(createReadStream(log))) {
    if (error !== undefined) throw error;
    yield Object.fromEntries(cellsOf("", value));
  }
}

/** The cells of a value under a name. */
function* cellsOf(name: string, value: unknown): Iterable<[string, string | number | boolean]> {
  if (value === null || value === undefined || name === INTERNAL) return;
  if (typeof value !== "object") {
    yield [name, value as string | number | boolean];
    return;
  }
  const isList = Array.isArray(value) && !value.every((item) => typeof item === "object" && item !== null);
  if (isList || isMessages(value)) {
    yield [name, JSON.stringify(value)];
    return;
  }
  for (const [key, item] of Object.entries(value)) yield* cellsOf(name === "" ? key : `${name}.${key}`, item);
}

/** Turns of a conversation that was kept stay together. */
function isMessages(value: object): boolean {
  return Array.isArray(value) && value.some((item: object) => "role" in item || "content" in item);
}
