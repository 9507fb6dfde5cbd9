import { join } from "node:path";
import type { CheckpointFolders } from "../model/checkpoint/checkpoint-parts.js";
import { hashSmallFiles } from "../model/checkpoint/source-files.js";
import type { FileRecord, RewardJson } from "../model/folder/reward-json.js";
import { fileSize } from "../util/files/optional-file.js";

/**
 * Files of a checkpoint that are not those a model folder was made from: small ones by their checksums, weights by their sizes
 * (their values are what `verify` compares). A base's stand apart from its adapter's.
 */
export async function differingSources(
  folders: CheckpointFolders,
  { source }: RewardJson,
): Promise<string[]> {
  const small = await hashSmallFiles(folders);
  const named = await differing(folders.named, small.named, source.files);
  const base = await differing(folders.base ?? "", small.base, source.base?.files ?? []);
  return [...named, ...base.map((file) => `the base's ${file}`)];
}

async function differing(
  directory: string,
  found: readonly FileRecord[],
  recorded: readonly FileRecord[],
): Promise<string[]> {
  const small = new Map(found.map(({ file, sha256 }) => [file, sha256]));
  const checksums = new Map(recorded.map(({ file, sha256 }) => [file, sha256]));
  const files = [...small.keys()].filter((file) => small.get(file) !== checksums.get(file));
  for (const { file, sizeBytes } of recorded) {
    if (small.has(file)) continue;
    if ((await fileSize(join(directory, file))) !== sizeBytes) files.push(file);
  }
  return files;
}
