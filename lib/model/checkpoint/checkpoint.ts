import path from "node:path";
import { CheckpointError } from "../../errors.js";
import type { RowReader } from "../../score/head/head.js";
import { exists } from "../../util/files/optional-file.js";
import { refuseAdapterFiles, refuseAdapterTensors } from "./adapter.js";
import { openSafetensors, type SafetensorsFile } from "../../formats/safetensors/safetensors.js";
import { invalidCheckpoint, type StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import { checkIndex, INDEX_FILE, invalid, presentShards, readIndex } from "./shard-index.js";
import { plainTensorNames } from "./tensor-names.js";
import { tiedEmbedding } from "./tied-embedding.js";

/** All weights in one file. */
export const SINGLE_FILE = "model.safetensors";

/**
 * The value head that LLaMA-Factory takes out of the model's own file, so that other programs can load that.
 * Source: LLaMA-Factory 0.9 src/llamafactory/extras/constants.py, V_HEAD_SAFE_WEIGHTS_NAME, V_HEAD_WEIGHTS_NAME.
 */
export const VALUE_HEAD_FILE = "value_head.safetensors";
const VALUE_HEAD_PICKLE = "value_head.bin";

/** What `config.json` says of the weight files. */
export interface CheckpointOptions {
  /** `tie_word_embeddings`: the matrix that makes logits is the token embedding, under whichever name it is stored. */
  hasTiedEmbedding?: boolean;
}

/** The weight files of a Hugging Face checkpoint folder, as one set of tensors. Close it. */
export class Checkpoint implements RowReader {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #fileByTensor: ReadonlyMap<string, SafetensorsFile>;

  private constructor(
    readonly directory: string,
    /** By file name: the order every pass over the weights takes. */
    readonly files: readonly SafetensorsFile[],
  ) {
    const owners = files.flatMap((file) => [...file.tensors.values()].map((tensor) => ({ tensor, file })));
    this.tensors = new Map(owners.map(({ tensor }) => [tensor.name, tensor]));
    this.#fileByTensor = new Map(owners.map(({ tensor, file }) => [tensor.name, file]));
  }

  /**
   * Opens `model.safetensors`, or the shards that the index lists, and LLaMA-Factory's `value_head.safetensors` beside them. Where
   * there are both, the single file goes first: so do the transformers library and every score made with it. Tensors are
   * called as the model calls them, whatever wrapped it (`plainTensorNames`).
   * @throws CheckpointError `CHECKPOINT_INVALID`: no weights, an index that names a missing shard or tensor, a tensor in the
   * wrong shard or in two, a damaged file; `CHECKPOINT_UNSUPPORTED`: weights in another format only, an adapter
   */
  static async open(directory: string, options: CheckpointOptions = {}): Promise<Checkpoint> {
    const isSingle = await exists(path.join(directory, SINGLE_FILE));
    const index = isSingle ? undefined : await readIndex(directory);
    await refuseAdapterFiles(directory, isSingle || index !== undefined);
    if (!isSingle && index === undefined) throw await noWeights(directory);
    const names = index === undefined ? [SINGLE_FILE] : await presentShards(directory, index);
    const files: SafetensorsFile[] = [];
    try {
      for (const name of names)
        files.push(await openSafetensors(path.join(directory, name), invalidCheckpoint));
      if (index !== undefined) checkIndex(index, files);
      if (await exists(path.join(directory, VALUE_HEAD_FILE))) {
        files.push(await openSafetensors(path.join(directory, VALUE_HEAD_FILE), invalidCheckpoint));
      }
      const checkpoint = new Checkpoint(directory, withPlainNames(files, options));
      await refuseValueHeadPickle(checkpoint);
      return checkpoint;
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
  }

  /** The file that holds a tensor. @throws CheckpointError `CHECKPOINT_INVALID` */
  fileOf(name: string): SafetensorsFile {
    const file = this.#fileByTensor.get(name);
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

/** @throws CheckpointError `CHECKPOINT_INVALID` when two tensors have one name, `CHECKPOINT_UNSUPPORTED` for parts of an adapter */
function withPlainNames(
  files: readonly SafetensorsFile[],
  { hasTiedEmbedding }: CheckpointOptions,
): SafetensorsFile[] {
  const stored = files.flatMap((file) =>
    [...file.tensors.keys()].map((name) => ({ name, file: path.basename(file.path) })),
  );
  const seen = new Map<string, string>();
  for (const { name, file } of stored) {
    const other = seen.get(name);
    if (other !== undefined) {
      throw invalid(
        `Tensor ${name} lies in both ${other} and ${file}: which one is the model's cannot be told. Remove one of them.`,
        { tensor: name, files: [other, file] },
      );
    }
    seen.set(name, file);
  }
  refuseAdapterTensors(seen.keys());
  const names = plainTensorNames(seen.keys());
  const metadata = new Map(files.flatMap((file) => [...file.metadata]));
  const tied = tiedEmbedding([...names.values()], metadata, hasTiedEmbedding === true);
  return files.map((file) =>
    file.renamed((name) => {
      const plain = names.get(name) ?? name;
      return plain === tied?.from ? tied.to : plain;
    }),
  );
}

/** @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when the head is in a pickle */
async function refuseValueHeadPickle({ directory, tensors }: Checkpoint): Promise<void> {
  const hasHead = [...tensors.keys()].some((name) => name.startsWith("v_head."));
  if (hasHead || !(await exists(path.join(directory, VALUE_HEAD_PICKLE)))) return;
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `The head of this model is in ${VALUE_HEAD_PICKLE}, a Python pickle of LLaMA-Factory, which this version does not read. ` +
      `Write it as ${VALUE_HEAD_FILE} beside the model: safetensors.torch.save_file(torch.load("${VALUE_HEAD_PICKLE}"), ` +
      `"${VALUE_HEAD_FILE}") in Python, or export with save_safetensors: true.`,
    { details: { directory, file: VALUE_HEAD_PICKLE } },
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
