import { stat } from "node:fs/promises";
import { hubDatasetId } from "../../data/dataset/hub-dataset.js";
import { InvalidArgumentError } from "../../errors.js";

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
