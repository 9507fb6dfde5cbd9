import { join } from "node:path";
import { hashSmallFiles } from "../model/checkpoint/source-files.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import { fileSize } from "../util/files/optional-file.js";

/**
 * Files of a checkpoint that are not those a model folder was made from: small ones by their checksums, weights by their sizes
 * (their values are what `verify` compares).
 */
export async function differingSources(checkpointDir: string, { source }: RewardJson): Promise<string[]> {
  const small = new Map((await hashSmallFiles(checkpointDir)).map((record) => [record.file, record]));
  const recorded = new Map(source.files.map((record) => [record.file, record]));
  const differing = [...small.keys()].filter(
    (file) => small.get(file)?.sha256 !== recorded.get(file)?.sha256,
  );
  for (const { file, sizeBytes } of source.files) {
    if (small.has(file)) continue;
    if ((await fileSize(join(checkpointDir, file))) !== sizeBytes) differing.push(file);
  }
  return differing;
}
