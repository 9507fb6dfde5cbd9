import { readFile, writeFile } from "node:fs/promises";
import { InvalidArgumentError } from "../errors.js";
import type { Scorer } from "../score.js";

/** Scoring options that change scores (BOS rule, KV type, …): a resumed run must have the same. */
export type RunSettings = Readonly<Record<string, unknown>>;

/**
 * Two models' scores in one file would be worthless, so a run writes down what it is, and a resumed one compares.
 * @param what further things that must agree
 * @throws InvalidArgumentError the run that is resumed was another one
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
    await writeFile(path, run);
    return;
  }
  const earlier = await readFile(path, "utf8").catch(() => "");
  if (earlier === run) return;
  throw new InvalidArgumentError(
    `The interrupted run was another one (${path} says which). Resume it with the same model, type and options, or ` +
      "choose another --out.",
  );
}
