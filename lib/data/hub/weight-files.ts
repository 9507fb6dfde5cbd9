import { readIndex } from "../../model/checkpoint/shard-index.js";
import { chooseHeadFiles, chooseWeights } from "../../model/checkpoint/weight-files.js";

/** Whether a repository has weights that a conversion reads. */
export function hasWeights(files: Iterable<string>): boolean {
  return chooseWeights(files) !== undefined;
}

/** The file that says which weight files belong together, where a single file does not say it already. */
export function indexFile(files: Iterable<string>): string[] {
  const choice = chooseWeights(files);
  return choice !== undefined && "index" in choice ? [choice.index] : [];
}

/**
 * The weight files that a conversion reads, as `Checkpoint.open` chooses them. Repositories have others: in other layouts and
 * precisions, optimizer states.
 * @param directory where the index is, if there is one
 * @throws CheckpointError `CHECKPOINT_INVALID` a damaged index
 */
export async function weightFiles(files: readonly string[], directory: string): Promise<string[]> {
  const choice = chooseWeights(files);
  const heads = chooseHeadFiles(files).map(({ name }) => name);
  if (choice === undefined) return heads;
  if ("single" in choice) return [choice.single, ...heads];
  const { shards } = await readIndex(directory, choice.index);
  return [...[...new Set(shards.values())].sort(), ...heads];
}
