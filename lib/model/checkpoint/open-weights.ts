import { readdir } from "node:fs/promises";
import path from "node:path";
import { openPickle } from "../../formats/pickle/pickle-file.js";
import { openSafetensors } from "../../formats/safetensors/safetensors.js";
import { invalidCheckpoint } from "../../formats/safetensors/safetensors-header.js";
import type { WeightFile } from "../../formats/weight-file.js";
import { fileError } from "../../util/caught.js";
import { exists } from "../../util/files/optional-file.js";
import { isPickle, mayBeWeights } from "./weight-files.js";

/**
 * Opens a file of weights, in the format that its name says.
 * @param prefix for the names of its tensors
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`; FileError `FILE_FAILED`
 */
export async function openWeights(file: string, prefix = ""): Promise<WeightFile> {
  const opened = isPickle(file) ? await openPickle(file) : await openSafetensors(file, invalidCheckpoint);
  return prefix === "" ? opened : opened.renamed((name) => prefix + name);
}

/** Names of a folder's files that may be weights; links that lead nowhere are none. @throws FileError `FILE_FAILED` */
export async function listWeights(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw fileError("read", directory, cause);
  });
  const candidates = names.filter(mayBeWeights).sort();
  const present = await Promise.all(candidates.map((name) => exists(path.join(directory, name))));
  return candidates.filter((_, index) => present[index]);
}
