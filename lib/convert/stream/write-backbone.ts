import path from "node:path";
import type { FileRecord } from "../../model/folder/reward-json.js";
import type { Progress } from "../../score/score.js";
import type { Checkpoint } from "../../model/checkpoint/checkpoint.js";
import type { GgufMetadata } from "../../formats/gguf/gguf-value.js";
import { GGML_TYPES } from "../../formats/gguf/gguf-types.js";
import { layOutGguf, type GgufLayout } from "../../formats/gguf/gguf-writer.js";
import { backboneMetadata } from "../../model/architecture/backbone-metadata.js";
import type { BackbonePlan, PlannedTensor } from "../../model/architecture/backbone-plan.js";
import { wholeShape } from "../../model/architecture/transform.js";
import type { FloatType } from "../../model/architecture/backbone-type.js";
import type { F16Losses } from "../../formats/floats/f16-losses.js";
import { BufferPool } from "./buffer-pool.js";
import { ByteHasher } from "../../util/files/byte-hasher.js";
import type { FileHash } from "../../util/files/hash-file.js";
import { CHUNKS_IN_FLIGHT, ChunkWriter, targetDtype, type ReadChunk } from "./chunk-writer.js";
import { inPassOrder, planPasses, type FilePass } from "./file-pass.js";
import { HashedFile } from "./hashed-file.js";
import { readAhead } from "./read-ahead.js";
import { largestChunkBytes, sourceChunks } from "./source-chunks.js";

/** What to write where. */
export interface WriteBackboneJob {
  checkpoint: Checkpoint;
  plan: BackbonePlan;
  /** `tokenizer.*`, which follows the plan's own metadata. */
  tokenizer: GgufMetadata;
  type: FloatType;
  /** With `f16`: every weight must survive. */
  isExact?: boolean | undefined;
  /** Must not exist yet. */
  file: string;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A backbone on the disk, and the weight files it was made from. */
export interface WrittenBackbone {
  backbone: FileHash;
  sources: FileRecord[];
  /** What f16 makes of the weights, whatever they are written in. */
  f16Losses: F16Losses;
}

/** Reads on their way or waiting. */
const READ_AHEAD = 2;

/**
 * Makes the GGUF in one pass over the weight files: reading, hashing of both sides, converting and writing overlap. Every
 * written value is read back and compared with its source.
 * @throws CheckpointError `CHECKPOINT_INVALID` for NaN or infinite weights, or f16 overflow; `CONVERSION_FAILED` when what was read
 * back differs; FileError `FILE_FAILED`; InexactError as asked for by `isExact`; `signal.reason`
 */
export async function writeBackbone(job: WriteBackboneJob): Promise<WrittenBackbone> {
  const passes = planPasses(job.checkpoint.files, job.plan.copied);
  const layout = layOut(job, inPassOrder(passes));
  // Experts lie one by one in the checkpoint, and their matrices together in the GGUF.
  const isInOrder = job.plan.copied.every(({ part }) => part === undefined);
  const target = await HashedFile.create(job.file, isInOrder ? undefined : layout.sizeBytes);
  const sourceHasher = new ByteHasher();
  try {
    await writeHeader(target, layout, job.plan);
    const writer = new ChunkWriter(job.plan.copied, job, target, sourceHasher, layout);
    const sources = await streamSources(job, passes, writer, sourceHasher);
    await repeat(job, target, layout);
    await target.padTo(layout.sizeBytes);
    return { backbone: await target.finish(), sources, f16Losses: writer.f16Losses };
  } finally {
    await Promise.all([target.close(), sourceHasher.close()]);
  }
}

function layOut({ plan, tokenizer, type }: WriteBackboneJob, copied: readonly PlannedTensor[]): GgufLayout {
  return layOutGguf(backboneMetadata(plan, tokenizer, type), [
    ...plan.computed.map(({ name, values }) => ({ name, type: GGML_TYPES.F32, shape: [values.length] })),
    ...wholeTensors([...copied, ...plan.repeated]).map((tensor) => ({
      name: tensor.name,
      type: GGML_TYPES[targetDtype(tensor, type)],
      shape: wholeShape(tensor),
    })),
  ]);
}

/** One of every tensor of the GGUF. */
function wholeTensors(tensors: readonly PlannedTensor[]): PlannedTensor[] {
  return [...new Map(tensors.map((tensor) => [tensor.name, tensor])).values()];
}

async function writeHeader(target: HashedFile, layout: GgufLayout, plan: BackbonePlan): Promise<void> {
  await target.write(layout.header);
  for (const [index, { values }] of plan.computed.entries()) {
    await target.put(layout.tensors[index]?.offset ?? 0, new Uint8Array(values.buffer));
  }
}

/** Bytes copied at a time. */
const COPY_BYTES = 1 << 23;

/** Writes the tensors that are there already once more. */
async function repeat(
  { plan, signal }: WriteBackboneJob,
  target: HashedFile,
  layout: GgufLayout,
): Promise<void> {
  const placed = new Map(layout.tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, source } of plan.repeated) {
    const first = placed.get(plan.copied.find((tensor) => tensor.source === source)?.name ?? "");
    const copy = placed.get(name);
    if (first === undefined || copy === undefined) throw new Error(`no tensor of ${source} to repeat`);
    for (let done = 0; done < first.sizeBytes; done += COPY_BYTES) {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(Math.min(COPY_BYTES, first.sizeBytes - done));
      await target.put(copy.offset + done, await target.readBack(first.offset + done, bytes));
    }
  }
}

async function streamSources(
  { plan, signal, onProgress }: WriteBackboneJob,
  passes: readonly FilePass[],
  writer: ChunkWriter,
  hasher: ByteHasher,
): Promise<FileRecord[]> {
  const total = passes.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const pool = new BufferPool(READ_AHEAD + 1 + CHUNKS_IN_FLIGHT, largestChunkBytes(plan.copied));
  const records: FileRecord[] = [];
  let done = 0;
  for (const pass of passes) {
    const jobs = [...sourceChunks(pass)].map((chunk) => async (): Promise<ReadChunk> => {
      const buffer = await pool.acquire();
      return { ...chunk, buffer, bytes: await chunk.read(buffer.subarray(0, chunk.sizeBytes)) };
    });
    for await (const chunk of readAhead(jobs, READ_AHEAD)) {
      signal?.throwIfAborted();
      await writer.add(chunk, () => {
        pool.release(chunk.buffer);
      });
      if (chunk.isInOrder) done += chunk.sizeBytes;
      onProgress?.({ phase: "convert", unit: "bytes", done, total });
    }
    await writer.settled();
    const { file } = pass;
    records.push({
      file: path.basename(file.path),
      sizeBytes: file.sizeBytes,
      sha256: await hasher.digest(),
    });
  }
  return records;
}
