import type { RowReader } from "../../formats/safetensors/tensor.js";
import path from "node:path";
import type { CheckpointError } from "../../errors.js";
import { refuseAdapterFiles, refuseAdapterTensors } from "./adapter.js";
import type { StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import type { WeightFile } from "../../formats/weight-file.js";
import { listWeights, openWeights } from "./open-weights.js";
import { checkIndex, invalid, presentShards, readIndex } from "./shard-index.js";
import { plainTensorNames } from "./tensor-names.js";
import { tiedEmbedding } from "./tied-embedding.js";
import { chooseHeadFiles, chooseWeights, EXPECTED_WEIGHTS, loneCandidates } from "./weight-files.js";

/** What `config.json` says of the weight files. */
export interface CheckpointOptions {
  /** `tie_word_embeddings`: the matrix that makes logits is the token embedding, under whichever name it is stored. */
  hasTiedEmbedding?: boolean;
}

/** The weight files of a Hugging Face checkpoint folder, as one set of tensors. Close it. */
export class Checkpoint implements RowReader {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #fileByTensor: ReadonlyMap<string, WeightFile>;

  private constructor(
    readonly directory: string,
    /** By file name: the order every pass over the weights takes. */
    readonly files: readonly WeightFile[],
  ) {
    const owners = files.flatMap((file) => [...file.tensors.values()].map((tensor) => ({ tensor, file })));
    this.tensors = new Map(owners.map(({ tensor }) => [tensor.name, tensor]));
    this.#fileByTensor = new Map(owners.map(({ tensor, file }) => [tensor.name, file]));
  }

  /**
   * Opens the weights (`weight-files.ts` says which files those are) and the files of heads beside them. Tensors are called as the
   * model calls them, whatever wrapped it (`plainTensorNames`).
   * @throws CheckpointError `CHECKPOINT_INVALID`: no weights, an index that names a missing shard or tensor, a tensor in the
   * wrong shard or in two, a damaged file; `CHECKPOINT_UNSUPPORTED`: an adapter, a pickle of more than plain weights
   */
  static async open(directory: string, options: CheckpointOptions = {}): Promise<Checkpoint> {
    const present = await listWeights(directory);
    const choice = chooseWeights(present);
    await refuseAdapterFiles(directory, choice !== undefined);
    if (choice === undefined) throw noWeights(directory, present);
    const index = "index" in choice ? await readIndex(directory, choice.index) : undefined;
    const names = index === undefined ? Object.values(choice) : await presentShards(directory, index);
    const files: WeightFile[] = [];
    try {
      for (const name of names) files.push(await openWeights(path.join(directory, name)));
      if (index !== undefined) checkIndex(index, files);
      for (const { name, prefix } of chooseHeadFiles(present))
        files.push(await openWeights(path.join(directory, name), prefix));
      return new Checkpoint(directory, withPlainNames(files, options));
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
  }

  /** A checkpoint of open files whose tensors have their plain names; they are closed with it. @throws CheckpointError `CHECKPOINT_INVALID` */
  static of(directory: string, files: readonly WeightFile[]): Checkpoint {
    const owners = new Map<string, string>();
    for (const { tensors, path: file } of files) {
      for (const name of tensors.keys()) refuseTwice(owners, name, path.basename(file));
    }
    return new Checkpoint(directory, files);
  }

  /** The file that holds a tensor. @throws CheckpointError `CHECKPOINT_INVALID` */
  fileOf(name: string): WeightFile {
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
    const tensor = this.tensors.get(name);
    if (tensor === undefined) return new Uint8Array();
    const rowBytes = tensor.sizeBytes / (tensor.shape[0] ?? 1);
    return file.readValues(tensor, start * rowBytes, new Uint8Array(count * rowBytes));
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

/** @throws CheckpointError `CHECKPOINT_INVALID` when two tensors have one name, `CHECKPOINT_UNSUPPORTED` for parts of an adapter */
function withPlainNames(files: readonly WeightFile[], { hasTiedEmbedding }: CheckpointOptions): WeightFile[] {
  const stored = files.flatMap((file) =>
    [...file.tensors.keys()].map((name) => ({ name, file: path.basename(file.path) })),
  );
  const seen = new Map<string, string>();
  for (const { name, file } of stored) refuseTwice(seen, name, file);
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

function noWeights(directory: string, names: readonly string[]): CheckpointError {
  const candidates = loneCandidates(names);
  const found =
    candidates.length > 1 ? ` It has ${candidates.join(" and ")}: which is the model's cannot be told.` : "";
  return invalid(
    `${directory} has no weights: none of ${EXPECTED_WEIGHTS}.${found} Give the folder of a complete Hugging Face checkpoint.`,
    { directory, candidates },
  );
}

/** @param owners file by tensor, of those before */
function refuseTwice(owners: Map<string, string>, name: string, file: string): void {
  const other = owners.get(name);
  if (other !== undefined) {
    throw invalid(
      `Tensor ${name} lies in both ${other} and ${file}: which one is the model's cannot be told. Remove one of them.`,
      { tensor: name, files: [other, file] },
    );
  }
  owners.set(name, file);
}
