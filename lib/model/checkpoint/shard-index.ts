import { readFile } from "node:fs/promises";
import path from "node:path";
import { CheckpointError } from "../../errors.js";
import { fileError } from "../../util/caught.js";
import { exists } from "../../util/files/optional-file.js";
import { parseLfsPointer, lfsPointerMessage } from "../../util/files/lfs-pointer.js";
import { droppingRule } from "../../score/head/dropped-tensors.js";
import type { SafetensorsFile } from "../../formats/safetensors/safetensors.js";
import { plainTensorNames } from "./tensor-names.js";

/** The file that says which shard has which tensor. */
export const INDEX_FILE = "model.safetensors.index.json";

/** File name by tensor name, as stored. */
export type ShardIndex = ReadonlyMap<string, string>;

/**
 * The index of a checkpoint folder, or undefined when it has none.
 * @throws CheckpointError `CHECKPOINT_INVALID`; FileError `FILE_FAILED`
 */
export async function readIndex(directory: string): Promise<ShardIndex | undefined> {
  const file = path.join(directory, INDEX_FILE);
  if (!(await exists(file))) return undefined;
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw fileError("read", file, cause);
  });
  const pointer = parseLfsPointer(bytes);
  if (pointer !== undefined) throw invalid(lfsPointerMessage(INDEX_FILE, pointer), { file: INDEX_FILE });
  let weightMap: unknown;
  try {
    weightMap = (JSON.parse(bytes.toString("utf8")) as { weight_map?: unknown } | null)?.weight_map;
  } catch (cause) {
    throw invalid(`${INDEX_FILE} is not valid JSON. Download it again.`, { file: INDEX_FILE }, cause);
  }
  const entries = Object.entries(weightMap ?? {});
  const isMap = entries.length > 0 && entries.every(([, shard]) => isPlainFileName(shard));
  if (!isMap) {
    throw invalid(`${INDEX_FILE} has no weight_map from tensors to file names. Download it again.`, {
      file: INDEX_FILE,
    });
  }
  return new Map(entries as [string, string][]);
}

function isPlainFileName(value: unknown): boolean {
  return typeof value === "string" && /^[^/\\]+\.safetensors$/.test(value);
}

/**
 * The shards to open: all that the index lists, but for those that are missing and would only hold tensors that nothing needs.
 * @throws CheckpointError `CHECKPOINT_INVALID` for a missing shard
 */
export async function presentShards(directory: string, index: ShardIndex): Promise<string[]> {
  const unused = unusedTensors(index);
  const shards: string[] = [];
  for (const shard of [...new Set(index.values())].sort()) {
    if (await exists(path.join(directory, shard))) shards.push(shard);
    else if ([...index].some(([tensor, file]) => file === shard && !unused.has(tensor))) {
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
  const names = plainTensorNames(index.keys());
  return new Set([...names].filter(([, name]) => droppingRule(name) !== undefined).map(([stored]) => stored));
}

/** @throws CheckpointError `CHECKPOINT_INVALID` when index and shards, with names as stored, contradict each other */
export function checkIndex(index: ShardIndex, files: readonly SafetensorsFile[]): void {
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
  for (const [tensor, expected] of index) {
    const actual = found.get(tensor);
    if (actual === expected || (actual === undefined && unused.has(tensor))) continue;
    const fault = actual === undefined ? "it is in no shard" : `it lies in ${actual}`;
    throw invalid(
      `${INDEX_FILE} says tensor ${tensor} is in ${expected}, but ${fault}. Download the checkpoint again.`,
      { tensor, expected, actual },
    );
  }
  for (const [tensor, file] of found) {
    if (index.has(tensor)) continue;
    throw invalid(`Tensor ${tensor} of ${file} is not in ${INDEX_FILE}. Download the checkpoint again.`, {
      tensor,
      file,
    });
  }
}

function missingShard(shard: string, index: ShardIndex): CheckpointError {
  const tensors = [...index].filter(([, file]) => file === shard).map(([tensor]) => tensor);
  return invalid(
    `${INDEX_FILE} names ${shard}, which is missing: ${tensors.length} tensors, among them ${tensors[0] ?? ""}, are not there. ` +
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
