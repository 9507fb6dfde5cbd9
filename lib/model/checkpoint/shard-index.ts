import { readFile } from "node:fs/promises";
import path from "node:path";
import { CheckpointError } from "../../errors.js";
import { fileError } from "../../util/caught.js";
import { exists } from "../../util/files/optional-file.js";
import { parseLfsPointer, lfsPointerMessage } from "../../util/files/lfs-pointer.js";
import { droppingRule } from "../../score/head/dropped-tensors.js";
import type { WeightFile } from "../../formats/weight-file.js";
import { plainTensorNames } from "./tensor-names.js";
import { shardEnding } from "./weight-files.js";

/** Which shard has which tensor. */
export interface ShardIndex {
  /** Name of the file that says so. */
  name: string;
  /** File name by tensor name, as stored. */
  shards: ReadonlyMap<string, string>;
}

/**
 * The index of a checkpoint folder.
 * @param name one of `INDEX_FILES`
 * @throws CheckpointError `CHECKPOINT_INVALID`; FileError `FILE_FAILED`
 */
export async function readIndex(directory: string, name: string): Promise<ShardIndex> {
  const file = path.join(directory, name);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw fileError("read", file, cause);
  });
  const pointer = parseLfsPointer(bytes);
  if (pointer !== undefined) throw invalid(lfsPointerMessage(name, pointer), { file: name });
  let weightMap: unknown;
  try {
    weightMap = (JSON.parse(bytes.toString("utf8")) as { weight_map?: unknown } | null)?.weight_map;
  } catch (cause) {
    throw invalid(`${name} is not valid JSON. Download it again.`, { file: name }, cause);
  }
  const entries = Object.entries(weightMap ?? {});
  const isMap = entries.length > 0 && entries.every(([, shard]) => isPlainFileName(shard, shardEnding(name)));
  if (!isMap) {
    throw invalid(`${name} has no weight_map from tensors to file names. Download it again.`, {
      file: name,
    });
  }
  return { name, shards: new Map(entries as [string, string][]) };
}

function isPlainFileName(value: unknown, ending: string): boolean {
  return typeof value === "string" && /^[^/\\]+$/.test(value) && value.endsWith(ending) && value !== ending;
}

/**
 * The shards to open: all that the index lists, but for those that are missing and would only hold tensors that nothing needs.
 * @throws CheckpointError `CHECKPOINT_INVALID` for a missing shard
 */
export async function presentShards(directory: string, index: ShardIndex): Promise<string[]> {
  const unused = unusedTensors(index);
  const shards: string[] = [];
  for (const shard of [...new Set(index.shards.values())].sort()) {
    if (await exists(path.join(directory, shard))) shards.push(shard);
    else if ([...index.shards].some(([tensor, file]) => file === shard && !unused.has(tensor))) {
      throw missingShard(shard, index);
    }
  }
  return shards;
}

/**
 * Tensors of an index that would be dropped anyway. Trainers copy the original's index, which lists a tied `lm_head.weight` or
 * old buffers that no shard has any more (pytorch/torchtitan#3764); transformers loads such a folder.
 */
function unusedTensors(index: ShardIndex): ReadonlySet<string> {
  const names = plainTensorNames(index.shards.keys());
  return new Set([...names].filter(([, name]) => droppingRule(name) !== undefined).map(([stored]) => stored));
}

/** @throws CheckpointError `CHECKPOINT_INVALID` when index and shards, with names as stored, contradict each other */
export function checkIndex(index: ShardIndex, files: readonly WeightFile[]): void {
  const found = new Map<string, string>();
  for (const file of files) {
    const name = path.basename(file.path);
    for (const tensor of file.tensors.keys()) {
      const other = found.get(tensor);
      if (other !== undefined) {
        throw invalid(`Tensor ${tensor} lies in both ${other} and ${name}. Download the checkpoint again.`, {
          tensor,
          files: [other, name],
        });
      }
      found.set(tensor, name);
    }
  }
  const unused = unusedTensors(index);
  for (const [tensor, expected] of index.shards) {
    const actual = found.get(tensor);
    if (actual === expected || (actual === undefined && unused.has(tensor))) continue;
    const fault = actual === undefined ? "it is in no shard" : `it lies in ${actual}`;
    throw invalid(
      `${index.name} says tensor ${tensor} is in ${expected}, but ${fault}. Download the checkpoint again.`,
      { tensor, expected, actual },
    );
  }
  for (const [tensor, file] of found) {
    if (index.shards.has(tensor)) continue;
    throw invalid(`Tensor ${tensor} of ${file} is not in ${index.name}. Download the checkpoint again.`, {
      tensor,
      file,
    });
  }
}

function missingShard(shard: string, index: ShardIndex): CheckpointError {
  const tensors = [...index.shards].filter(([, file]) => file === shard).map(([tensor]) => tensor);
  return invalid(
    `${index.name} names ${shard}, which is missing: ${tensors.length} tensors, among them ${tensors[0] ?? ""}, are not there. ` +
      "Download that file.",
    { shard, tensors: tensors.length },
  );
}

/** The error for weight files that contradict each other, or are not there. */
export function invalid(
  message: string,
  details: Readonly<Record<string, unknown>>,
  cause?: unknown,
): CheckpointError {
  return new CheckpointError("CHECKPOINT_INVALID", message, { details, cause });
}
