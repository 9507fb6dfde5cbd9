import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError } from "../../errors.js";

/**
 * Finds out before anything is scored that results cannot go where they should.
 * @param file value of `--out`
 * @throws InvalidArgumentError it is a folder
 */
export async function checkOutputFile(file: string): Promise<void> {
  if (!(await isFolder(file))) return;
  throw new InvalidArgumentError(
    `Expected --out to be a file but ${file} is a folder. Name a file in it: --out ${path.join(file, "results.jsonl")}.`,
  );
}

/**
 * The same for a file that is written only at the end.
 * @throws InvalidArgumentError it is a folder, or its folder is missing or cannot be written
 */
export async function checkLateOutputFile(file: string): Promise<void> {
  await checkOutputFile(file);
  const folder = path.dirname(file);
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new InvalidArgumentError(
      `Expected the folder of --out to be one that can be written but ${folder} is not. Make it, or choose another place.`,
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
