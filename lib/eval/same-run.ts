import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { DatasetRow } from "../dataset/dataset-row.js";
import type { Dataset } from "../dataset/dataset.js";
import { InvalidArgumentError } from "../errors.js";
import { fileError } from "../model-folder/file-error.js";
import type { Scorer } from "../score.js";
import { writeWhole } from "../util/write-whole.js";

/** Scoring options that change scores (BOS rule, KV type, …): a resumed run must have the same. */
export type RunSettings = Readonly<Record<string, unknown>>;

/**
 * Two models' scores in one file would be worthless, so a run writes down what it is, and a resumed one compares.
 * @param what further things that must agree
 * @throws InvalidArgumentError the run that is resumed was another one
 * @throws FileError `FILE_FAILED`
 */
export async function checkSameRun(
  path: string,
  what: RunSettings,
  { description }: Scorer,
  settings: RunSettings = {},
  isResumed: boolean,
): Promise<void> {
  const { name, type, architecture, headKind } = description;
  const run = `${JSON.stringify({ ...what, model: { name, type, architecture, headKind }, settings }, null, 2)}\n`;
  if (!isResumed) {
    await writeWhole(path, run).catch((cause: unknown) => {
      throw fileError("write", path, cause);
    });
    return;
  }
  const earlier = await readFile(path, "utf8").catch(() => "");
  if (earlier === run) return;
  throw new InvalidArgumentError(
    `The interrupted run was another one (${path} says which). Resume it with the same data, model, type and options, or ` +
      "choose another --out.",
  );
}

/**
 * Tells datasets apart whose ids are the same, as line numbers are. Data that moved, or grew at its end, keeps it.
 * @returns SHA-256 of the first row
 */
export async function fingerprint(dataset: Dataset): Promise<string> {
  for await (const row of dataset.rows()) return fingerprintOf(row);
  return fingerprintOf(undefined);
}

/** {@link fingerprint} of data whose first row is known. */
export function fingerprintOf(firstRow: DatasetRow | undefined): string {
  return createHash("sha256")
    .update(firstRow === undefined ? "" : JSON.stringify(firstRow.value ?? null))
    .digest("hex");
}
