import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { without } from "../../util/collections.js";

/** What made a file of scores, as the run left word beside it. */
export interface RunNote {
  /** Name of the model. */
  name: string;
  /** Type of its backbone. */
  type: string;
  /** SHA-256 over what its rewards depend on. */
  fingerprint: string;
  /** How it was loaded: device, precision, cache and so on, by the names of `ScoringSettings`. */
  settings: Record<string, string>;
}

const note = z
  .looseObject({ name: z.string(), type: z.string(), model: z.string() })
  .transform((written): RunNote => ({
    name: written.name,
    type: written.type,
    fingerprint: written.model,
    settings: Object.fromEntries(
      Object.entries(without(written, "name", "type", "model", "architecture", "command")).flatMap(
        ([key, value]) =>
          typeof value === "string" || typeof value === "number" ? [[key, String(value)]] : [],
      ),
    ),
  }));

/** Scores of `eval`, in the folder of a run. */
const SCORES_NAME = "scores.jsonl";
const NOTE_NAME = "run.json";

/** The score file that a path means: itself, or that of a run's folder. */
export async function scoresFileOf(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) return path;
  const file = join(path, SCORES_NAME);
  return stat(file).then(
    () => file,
    () => path,
  );
}

/** What made a score file; undefined where nothing that can be read says so, as of another tool's scores. */
export async function readRunNote(scoresPath: string): Promise<RunNote | undefined> {
  try {
    return note.parse(JSON.parse(await readFile(noteFileOf(scoresPath), "utf8")));
  } catch {
    return undefined;
  }
}

/** Of `eval` in the same folder, of `pairs` beside the scores, of `score` behind the name of its output. */
function noteFileOf(scoresPath: string): string {
  if (basename(scoresPath) === SCORES_NAME) return join(dirname(scoresPath), NOTE_NAME);
  const ending = `.${SCORES_NAME}`;
  const base = scoresPath.endsWith(ending) ? scoresPath.slice(0, -ending.length) : scoresPath;
  return `${base}.${NOTE_NAME}`;
}

/** What to call a score file without a note: the folder of a run, or the file. */
export function scoresName(path: string): string {
  const folder = basename(dirname(path));
  return basename(path) === SCORES_NAME && folder !== "" && folder !== "." ? folder : basename(path);
}

/** A run, as far as its name goes. */
export interface NamedRun {
  name: string;
  type?: string | undefined;
  scores: string;
}

/** Names for runs side by side: the models', with their types and then their files where they would be the same. */
export function distinctNames(runs: readonly NamedRun[]): string[] {
  const forms = [
    ({ name }: NamedRun): string => name,
    ({ name, type }: NamedRun): string => (type === undefined ? name : `${name} ${type}`),
    ({ name, scores }: NamedRun): string => `${name} (${scoresName(scores)})`,
    ({ name, scores }: NamedRun): string => `${name} (${scores})`,
  ];
  const form = forms.find((of) => new Set(runs.map(of)).size === runs.length);
  return runs.map((run, index) => form?.(run) ?? `${run.name} (${run.scores}, ${index + 1})`);
}
