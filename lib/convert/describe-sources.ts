import path from "node:path";
import type { CheckpointPlan } from "../model/checkpoint/checkpoint-plan.js";
import { hashSmallFiles } from "../model/checkpoint/source-files.js";
import type { FileRecord, RewardJson } from "../model/folder/reward-json.js";
import type { FoundBase } from "./find-base.js";

/**
 * What `reward.json` says of the files that a conversion read, the base's apart from an adapter's.
 * @param weights one a file of the plan's checkpoint, in their order
 */
export async function describeSources(
  { folders, checkpoint }: CheckpointPlan,
  weights: readonly FileRecord[],
  base: FoundBase | undefined,
): Promise<Pick<RewardJson["source"], "files" | "base">> {
  const small = await hashSmallFiles(folders);
  const isBases = checkpoint.files.map(
    (file) => folders.base !== undefined && path.dirname(file.path) === path.normalize(folders.base),
  );
  const files = [...small.named, ...weights.filter((_, index) => isBases[index] === false)];
  if (base === undefined) return { files };
  return {
    files,
    base: {
      name: base.hubId ?? path.basename(path.resolve(base.directory)),
      revision: base.revision,
      files: [...small.base, ...weights.filter((_, index) => isBases[index] === true)],
    },
  };
}

/** Checksums of everything that a model folder was made from, by names that tell the base's files from an adapter's. */
export function sourceFiles({ source }: RewardJson): [string, string][] {
  return [
    ...source.files.map(({ file, sha256 }): [string, string] => [file, sha256]),
    ...(source.base?.files ?? []).map(({ file, sha256 }): [string, string] => [`base/${file}`, sha256]),
  ];
}
