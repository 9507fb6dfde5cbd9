import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "../../errors.js";
import { fileError } from "../../util/caught.js";
import type { Scorer } from "../../score/score.js";
import { canonicalJson } from "../../formats/json/canonical-json.js";
import { writeWhole } from "../../util/files/write-whole.js";

/** Further things that a resumed run must have in common with the one it continues. */
export type RunSettings = Readonly<Record<string, unknown>>;

/** What a run is: its scores mean something only together. */
export interface RunDescription {
  /** What is done with the records: `score`, `pairs`, a benchmark. */
  command: string;
  scorer: Scorer;
  settings?: RunSettings | undefined;
}

/**
 * What must not change in the course of a run: two models' scores in one file would be worthless. Names are no part of it, and the
 * context only where prompts are cut to it.
 */
export function runIdentity({ command, scorer, settings }: RunDescription): Record<string, unknown> {
  const { description } = scorer;
  return {
    command,
    model: description.fingerprint,
    type: description.type,
    headKind: description.headKind,
    ...description.settings,
    ...(description.settings.truncate === "error" ? {} : { context: description.contextLength }),
    ...settings,
  };
}

/** Writes down what made the results. @throws FileError `FILE_FAILED` */
export async function recordRun(path: string, run: RunDescription): Promise<void> {
  const { name, architecture } = run.scorer.description;
  const text = `${JSON.stringify({ name, architecture, ...runIdentity(run) }, null, 2)}\n`;
  await writeWhole(path, text).catch((cause: unknown) => {
    throw fileError("write", path, cause);
  });
}

/**
 * Compares a run with the one it continues, where that one has left word: results tell it, too, but not what differs.
 * @throws InvalidArgumentError the earlier run was another one; says in what
 */
export async function checkSameRun(path: string, run: RunDescription): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const earlier = parseObject(text);
  const identity = runIdentity(run);
  const differing = [...new Set([...Object.keys(earlier), ...Object.keys(identity)])].filter(
    (key) => !DISPLAYED.has(key) && canonicalJson([earlier[key]]) !== canonicalJson([identity[key]]),
  );
  if (differing.length === 0) return;
  const differences = differing.map((key) => `${key} was ${shown(earlier[key])}, is ${shown(identity[key])}`);
  throw new InvalidArgumentError(
    `The interrupted run was another one (${path}): ${differences.join("; ")}. Resume it with the same data, model, type and ` +
      "options, or choose another --out.",
    { details: { file: path, differing } },
  );
}

/** Fields for people. */
const DISPLAYED = new Set(["name", "architecture"]);

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function shown(value: unknown): string {
  return value === undefined ? "not said" : JSON.stringify(value);
}
