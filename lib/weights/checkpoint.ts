import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { CheckpointError } from "../errors.js";
import { openSafetensors, type SafetensorsFile } from "./safetensors.js";
import { invalidCheckpoint, type StoredTensor } from "./safetensors-header.js";
import type { RowReader } from "../head/head.js";
import { fileError } from "../model-folder/file-error.js";

const SINGLE_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";

/** The weight files of a Hugging Face checkpoint folder, as one set of tensors. Close it. */
export class Checkpoint implements RowReader {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  private readonly fileByTensor: ReadonlyMap<string, SafetensorsFile>;

  private constructor(
    readonly directory: string,
    /** By file name: the order every pass over the weights takes. */
    readonly files: readonly SafetensorsFile[],
  ) {
    const owners = files.flatMap((file) => [...file.tensors.values()].map((tensor) => ({ tensor, file })));
    this.tensors = new Map(owners.map(({ tensor }) => [tensor.name, tensor]));
    this.fileByTensor = new Map(owners.map(({ tensor, file }) => [tensor.name, file]));
  }

  /**
   * Opens `model.safetensors`, or the shards that the index lists. Where there are both, the single file goes first: so do the
   * transformers library and every score made with it.
   * @throws CheckpointError `CHECKPOINT_INVALID`: no weights, an index that names a missing shard or tensor, a tensor in the
   * wrong shard or in two, a damaged file; `CHECKPOINT_UNSUPPORTED`: weights in another format only
   */
  static async open(directory: string): Promise<Checkpoint> {
    const isSingle = await exists(path.join(directory, SINGLE_FILE));
    const index = isSingle ? undefined : await readIndex(directory);
    if (!isSingle && index === undefined) throw await noWeights(directory);
    const names = index === undefined ? [SINGLE_FILE] : [...new Set(index.values())].sort();
    const files: SafetensorsFile[] = [];
    try {
      for (const name of names) {
        const file = path.join(directory, name);
        if (!(await exists(file))) throw missingShard(name, index);
        files.push(await openSafetensors(file, invalidCheckpoint));
      }
      if (index !== undefined) checkIndex(index, files);
      return new Checkpoint(directory, files);
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
  }

  /** The file that holds a tensor. @throws CheckpointError `CHECKPOINT_INVALID` */
  fileOf(name: string): SafetensorsFile {
    const file = this.fileByTensor.get(name);
    if (file !== undefined) return file;
    throw invalid(`The checkpoint has no tensor ${name}.`, { tensor: name });
  }

  async readBytes(name: string): Promise<Uint8Array> {
    return this.fileOf(name).readBytes(name);
  }

  async readFloat32(name: string): Promise<Float32Array> {
    return this.fileOf(name).readFloat32(name);
  }

  async readRows(name: string, start: number, count: number): Promise<Uint8Array> {
    const file = this.fileOf(name);
    const { shape = [], sizeBytes = 0, offset = 0 } = this.tensors.get(name) ?? {};
    const rowBytes = sizeBytes / (shape[0] ?? 1);
    return file.read(offset + start * rowBytes, new Uint8Array(count * rowBytes));
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

/** File name by tensor name, or undefined when the folder has no index. */
async function readIndex(directory: string): Promise<ReadonlyMap<string, string> | undefined> {
  const file = path.join(directory, INDEX_FILE);
  if (!(await exists(file))) return undefined;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw fileError("read", file, cause);
  });
  let weightMap: unknown;
  try {
    weightMap = (JSON.parse(text) as { weight_map?: unknown } | null)?.weight_map;
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

function checkIndex(index: ReadonlyMap<string, string>, files: readonly SafetensorsFile[]): void {
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
  for (const [tensor, expected] of index) {
    const actual = found.get(tensor);
    if (actual === expected) continue;
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

function missingShard(shard: string, index: ReadonlyMap<string, string> | undefined): CheckpointError {
  const tensors = [...(index ?? [])].filter(([, file]) => file === shard).map(([tensor]) => tensor);
  return invalid(
    `${INDEX_FILE} names ${shard}, which is missing: ${tensors.length} tensors, among them ${tensors[0] ?? ""}, are not there. ` +
      "Download that file.",
    { shard, tensors: tensors.length },
  );
}

async function noWeights(directory: string): Promise<CheckpointError> {
  const pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"];
  const present = await Promise.all(pickles.map((name) => exists(path.join(directory, name))));
  if (present.some((isPresent) => isPresent)) {
    return new CheckpointError(
      "CHECKPOINT_UNSUPPORTED",
      `${directory} has its weights only as pytorch_model*.bin (Python pickles). Use a safetensors copy: most such models ` +
        "have one on the Hub as a pull request (revision refs/pr/N), or load and save the model with transformers.",
      { details: { directory } },
    );
  }
  return invalid(
    `${directory} has neither ${SINGLE_FILE} nor ${INDEX_FILE}. Give the folder of a complete Hugging Face checkpoint.`,
    { directory },
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function invalid(
  message: string,
  details: Readonly<Record<string, unknown>>,
  cause?: unknown,
): CheckpointError {
  return new CheckpointError("CHECKPOINT_INVALID", message, { details, cause });
}
