import { INDEX_FILE, readIndex } from "../../model/checkpoint/shard-index.js";
import { SINGLE_FILE, VALUE_HEAD_FILE } from "../../model/checkpoint/checkpoint.js";
import type { HubFile } from "./download-file.js";

/** Whether a repository has weights that a conversion reads. */
export function hasWeights(files: ReadonlyMap<string, HubFile>): boolean {
  return files.has(SINGLE_FILE) || files.has(INDEX_FILE);
}

/** The file that says which weight files belong together, where the single file does not say it already. */
export function indexFile(files: ReadonlyMap<string, HubFile>): string[] {
  return files.has(INDEX_FILE) && !files.has(SINGLE_FILE) ? [INDEX_FILE] : [];
}

/**
 * The weight files that a conversion reads, as `Checkpoint.open` chooses them. Repositories have others: in other layouts and
 * precisions, optimizer states.
 * @param directory where the index is, if there is one
 * @throws CheckpointError `CHECKPOINT_INVALID` a damaged index
 */
export async function weightFiles(files: ReadonlyMap<string, HubFile>, directory: string): Promise<string[]> {
  const index = files.has(SINGLE_FILE) ? undefined : await readIndex(directory);
  const names = index === undefined ? [SINGLE_FILE] : [...new Set(index.values())].sort();
  return [...names, VALUE_HEAD_FILE];
}
