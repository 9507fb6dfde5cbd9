import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError } from "../../errors.js";
import { exists } from "../../util/files/optional-file.js";

/**
 * Endings of what stands beside results: the whole name of the main file, a dot, and what it is. No results may be called so, so that
 * none are ever taken for those.
 */
const SIDE_FILES = [".run.json", ".left-out.jsonl", ".lock"] as const;

/** An option that names a file, and what that could be called. */
interface OutputOption {
  option: string;
  example: string;
}
const OUT: OutputOption = { option: "--out", example: "results.jsonl" };
export const REPORT: OutputOption = { option: "--report", example: "report.html" };

/**
 * Finds out before anything is scored that results cannot go where they should.
 * @param file value of the option
 * @throws InvalidArgumentError it is a folder, or has the name of what stands beside results
 */
export async function checkOutputFile(file: string, { option, example } = OUT): Promise<void> {
  const side = SIDE_FILES.find((ending) => file.endsWith(ending));
  if (side !== undefined) {
    throw new InvalidArgumentError(
      `Expected a name for ${option} that does not end in ${side} but received ${file}: what stands beside results is called so. Choose ` +
        "another name.",
    );
  }
  if (!(await isFolder(file))) return;
  throw new InvalidArgumentError(
    `Expected ${option} to be a file but ${file} is a folder. Name a file in it: ${option} ${path.join(file, example)}.`,
  );
}

/** Endings of results that `score` writes as a table. */
const TABLE = /\.(?:csv|tsv)$/i;
/** Endings of what it does not write. */
const OTHER = /\.(?:parquet|arrow|feather|xlsx?|gz|zst|zip)$/i;

/**
 * The same for the results of `score`, by their ending.
 * @throws InvalidArgumentError a folder; an ending that would say something else than is in the file; a table that is there already
 */
export async function checkScoreOutput(file: string): Promise<void> {
  await checkOutputFile(file);
  if (OTHER.test(file)) {
    throw new InvalidArgumentError(
      `Expected --out to be .jsonl, .csv or .tsv but received ${file}. Lines of JSON can go on where a run broke off; convert them afterwards.`,
    );
  }
  if (!TABLE.test(file) || !(await exists(file))) return;
  throw new InvalidArgumentError(
    `${file} is there already. Remove it or choose another --out; with its ${scoreLogFile(file)}, --resume makes it anew.`,
  );
}

/**
 * The same for preference pairs, whose turns no table of texts can hold.
 * @throws InvalidArgumentError a folder, or an ending that would say something else than is in the file
 */
export async function checkPairsOutput(file: string): Promise<void> {
  await checkOutputFile(file);
  if (!/\.(?:csv|tsv|arrow|feather|xlsx?|zst|zip)$/i.test(file)) return;
  throw new InvalidArgumentError(
    `Expected --out to be .jsonl, .jsonl.gz or .parquet but received ${file}: pairs have turns, which trainers read from those.`,
  );
}

/** Where the lines of `score` go: a table is made of them at the end. */
export function scoreLogFile(out: string): string {
  return TABLE.test(out) ? `${out}.scores.jsonl` : out;
}

/**
 * The same for a file that is written only at the end.
 * @throws InvalidArgumentError it is a folder, or its folder is missing or cannot be written
 */
export async function checkLateOutputFile(file: string, of = OUT): Promise<void> {
  await checkOutputFile(file, of);
  const folder = path.dirname(file);
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new InvalidArgumentError(
      `Expected the folder of ${of.option} to be one that can be written but ${folder} is not. Make it, or choose another place.`,
      { cause },
    );
  });
}

/** @throws InvalidArgumentError the value of `--out` is there, and no folder */
export async function checkOutputFolder(folder: string): Promise<void> {
  const stats = await stat(folder).catch(() => undefined);
  if (stats === undefined || stats.isDirectory()) return;
  throw new InvalidArgumentError(
    `Expected --out to be a folder but ${folder} is a file. Choose another name.`,
  );
}

async function isFolder(place: string): Promise<boolean> {
  const stats = await stat(place).catch(() => undefined);
  return stats?.isDirectory() === true;
}
