import { outputRecord } from "../../../data/records/output-record.js";
import type { RecordEntry } from "../../../data/records/record.js";
import { readRecord } from "../../../data/records/read-records.js";
import { scoreRecords } from "../../../data/records/score-records.js";
import type { RouteHandler } from "../request/route.js";
import { refuseUnhonoured } from "../request/unhonoured-fields.js";

/** Fields of a record that the chat template gets; the records' reader checks them. */
const PROMPT_FIELDS = ["tools", "documents", "chat_template_kwargs"];

/** This package's own format: one record of the `score` command, or a list of them; the answer is what it would write. */
export const scoreRoute: RouteHandler = async (body, { scorer, signal }) => {
  const values: readonly unknown[] = Array.isArray(body) ? body : [body];
  for (const value of values) refuseUnhonoured(value, PROMPT_FIELDS);
  const outputs: unknown[] = [];
  for await (const outcome of scoreRecords(entries(values), scorer, { signal })) {
    outputs.push(outputRecord(outcome));
  }
  return Array.isArray(body) ? outputs : outputs[0];
};

// eslint-disable-next-line @typescript-eslint/require-await -- the records' reader takes an asynchronous source
async function* entries(values: readonly unknown[]): AsyncGenerator<RecordEntry> {
  for (const [line, value] of values.entries()) yield readRecord({ line, value });
}
