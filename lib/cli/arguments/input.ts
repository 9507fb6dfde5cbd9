import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { hubDatasetId } from "../../data/dataset/hub-dataset.js";
import { InvalidArgumentError } from "../../errors.js";

/** What every command says of the records it reads. */
export const INPUT_FORMS = "JSONL, JSON array or Parquet, plain or gzip: a file, a folder, or hub:owner/name";

/** Adds `--split` and `--config`, for folders and datasets of the Hub. */
export function addSplitOption(command: Command, otherwise = "the only one"): Command {
  return command
    .option("--split <name>", `which split of a folder or Hub dataset (default: ${otherwise})`)
    .option("--config <name>", "which configuration (subset) its card describes (default: the card's)");
}

/**
 * Finds out before anything is loaded that an input is not there, or is something that cannot be read twice. Datasets of the
 * Hub are looked for when they are opened.
 * @param name what the command line calls it
 * @param advice what else could be passed
 * @throws InvalidArgumentError
 */
export async function checkInput(name: string, path: string, advice = ""): Promise<void> {
  if (hubDatasetId(path) !== undefined) return;
  const expected = `Expected ${name} to be a file or folder, or hub:owner/name, but ${path}`;
  const stats = await stat(path).catch((cause: unknown) => {
    throw new InvalidArgumentError(`${expected} cannot be read.${advice}`, { cause });
  });
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new InvalidArgumentError(`${expected} is a pipe or device.${advice}`);
  }
}
