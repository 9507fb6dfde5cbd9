import { z } from "zod";
import { InvalidArgumentError } from "../../../errors.js";
import { outputRecord } from "../../../data/records/output-record.js";
import type { RecordEntry } from "../../../data/records/record.js";
import { readRecord } from "../../../data/records/read-records.js";
import { scoreRecord } from "../../../data/records/score-record.js";
import { scoreRecords } from "../../../data/records/score-records.js";
import type { DatasetRow, DatasetRows } from "../../../formats/rows.js";
import { HttpError } from "../request/http-error.js";
import type { Endpoint, LinesHandler, RouteHandler } from "../request/route.js";
import { refuseUnhonoured } from "../request/unhonoured-fields.js";
import { formOf } from "./vllm-input.js";
import { isVllmScore, scoreVllmPairs, vllmScoreAnswer, vllmScoreBody } from "./vllm-score.js";

/** Fields of a record that the chat template gets; the records' reader checks them. */
const PROMPT_FIELDS = ["tools", "documents", "chat_template_kwargs"];

const recordSchema = z
  .looseObject({ id: z.union([z.string(), z.number()]).optional() })
  .describe(
    "A record of the score command: messages; prompt and response; prompt and responses; prompt and steps; prompt, chosen and rejected; or a form of another tool.",
  );

const outputSchema = z
  .looseObject({ id: z.union([z.string(), z.number()]) })
  .describe(
    "The record's line of output: reward and tokens, results and best, chosen and rejected, or error.",
  );

/** Every record on its own: what is wrong with one is said in its place. */
const lines: LinesHandler = async function* (rows, { scorer, signal }) {
  for await (const outcome of scoreRecords(entries(rows), scorer, { signal })) yield outputRecord(outcome);
};

const handler: RouteHandler = async (body, context) => {
  if (isVllmScore(body)) {
    formOf(body, ["text_1", "data_1", "queries", "messages", "prompt"]);
    return scoreVllmPairs(body, context);
  }
  const { scorer, signal } = context;
  if (!Array.isArray(body)) {
    refuseUnhonoured(body, PROMPT_FIELDS);
    return outputRecord(await scoreRecord(readRecord({ line: 0, value: body }), scorer, { signal }));
  }
  for (const value of body) refuseUnhonoured(value, PROMPT_FIELDS);
  const outputs: unknown[] = [];
  for await (const output of lines(rowsOf(body), context)) outputs.push(output);
  return outputs;
};

/**
 * This package's own format: one record of the `score` command, or a list of them; the answer is what it would write. JSON Lines
 * are answered line by line as they come. Requests of vLLM's route of that name are known by their fields.
 */
export const score: Endpoint = {
  paths: ["/v1/score", "/score"],
  summary: "records of the score command, also as JSON Lines; vLLM's score of pairs of texts",
  body: z.union([recordSchema, z.array(recordSchema), vllmScoreBody]),
  answer: z.union([outputSchema, z.array(outputSchema), vllmScoreAnswer]),
  example: { prompt: "What is 2 + 2?", responses: ["4.", "5."] },
  handler,
  lines,
};

/** Values of a list as rows. */
// eslint-disable-next-line @typescript-eslint/require-await -- the records' reader takes an asynchronous source
export async function* rowsOf(values: readonly unknown[]): DatasetRows {
  for (const [line, value] of values.entries()) yield { line, value };
}

async function* entries(rows: DatasetRows): AsyncGenerator<RecordEntry> {
  for await (const row of rows) yield entryOf(row);
}

/** A field that would change the score, and is not honoured, is the error of its record. */
function entryOf(row: DatasetRow): RecordEntry {
  const entry = readRecord(row);
  if (entry.error !== undefined) return entry;
  try {
    refuseUnhonoured(row.value, PROMPT_FIELDS);
    return entry;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { id: entry.id, error: new InvalidArgumentError(error.message) };
  }
}
