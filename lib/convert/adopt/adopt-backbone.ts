import { BACKBONE_TYPES, type BackboneType } from "../../model/architecture/backbone-type.js";
import { InvalidArgumentError } from "../../errors.js";
import type { Progress } from "../../score/score.js";
import {
  GgufData,
  readGgufHeader,
  type GgufHeader,
  type GgufTensorInfo,
} from "../../formats/gguf/gguf-reader.js";
import { GGML_TYPES } from "../../formats/gguf/gguf-types.js";
import type { FileHash } from "../../util/files/hash-file.js";
import { layOutGguf } from "../../formats/gguf/gguf-writer.js";
import { backboneMetadata } from "../../model/architecture/backbone-metadata.js";
import { typeOfFile } from "../../model/architecture/backbone-type.js";
import { compareBackbone } from "../../check/compare-backbone.js";
import type { CheckpointPlan } from "../../model/checkpoint/checkpoint-plan.js";
import { HashedFile } from "../stream/hashed-file.js";
import { checkFit, mismatch } from "./check-fit.js";

/** An existing GGUF to become a checkpoint's backbone. */
export interface AdoptJob {
  plan: CheckpointPlan;
  /** The GGUF, which stays as it is. */
  source: string;
  /** Where the backbone goes, by its type. */
  target: (type: BackboneType) => string;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Bytes copied at a time. */
const COPY_BYTES = 1 << 23;

/**
 * Copies the tensors of an existing GGUF, without its output layer and with the checkpoint's own metadata and tokenizer, so that
 * prompts become the same tokens whoever made the file. Every value is compared with the checkpoint.
 * @throws HeadLoadError `HEAD_MISMATCH` when it is another model; InvalidArgumentError for a type we do not use; ModelLoadError
 * `MODEL_NOT_FOUND`, `MODEL_INVALID`; FileError `FILE_FAILED`; `signal.reason`
 */
export async function adoptBackbone(job: AdoptJob): Promise<{ type: BackboneType; written: FileHash }> {
  const { plan, source, target, signal, onProgress } = job;
  const header = await readGgufHeader(source);
  checkFit(header, plan.backbone, plan.tokenizer.metadata);
  const type = typeOfHeader(header);
  const written = await copy(job, header, type);
  const [fault] = await compareBackbone({
    checkpoint: plan.checkpoint,
    plan: plan.backbone,
    tokenizer: plan.tokenizer.metadata,
    type,
    file: target(type),
    fileName: source,
    signal,
    onProgress,
  });
  if (fault !== undefined) throw mismatch(source, fault.message, { fault });
  return { type, written };
}

async function copy(
  { plan, source, target, signal }: AdoptJob,
  header: GgufHeader,
  type: BackboneType,
): Promise<FileHash> {
  const { computed, copied, repeated } = plan.backbone;
  const names = new Set(copied.map(({ name }) => name));
  const first = [...names].map((name) => requireReadable(header, name));
  // Whatever output matrix the file has, ours is the embedding once more.
  const again = repeated.map(({ name, source: from }) => {
    const same = copied.find((tensor) => tensor.source === from)?.name ?? name;
    return { ...requireReadable(header, same), name };
  });
  const infos = [...first, ...again];
  const layout = layOutGguf(backboneMetadata(plan.backbone, plan.tokenizer.metadata, type), [
    ...computed.map(({ name, values }) => ({ name, type: GGML_TYPES.F32, shape: [values.length] })),
    ...infos.map(({ name, type: stored, shape }) => ({ name, type: GGML_TYPES[stored], shape })),
  ]);
  const data = await GgufData.open(source);
  const file = await HashedFile.create(target(type));
  try {
    await file.write(layout.header);
    for (const { values } of computed) {
      await file.write(new Uint8Array(values.buffer));
      await file.align();
    }
    for (const { offset, sizeBytes } of infos) {
      for (let done = 0; done < sizeBytes; done += COPY_BYTES) {
        signal?.throwIfAborted();
        const bytes = new Uint8Array(Math.min(COPY_BYTES, sizeBytes - done));
        await file.write(await data.read(offset + done, bytes));
      }
      await file.align();
    }
    return await file.finish();
  } finally {
    await Promise.all([data.close(), file.close()]);
  }
}

type ReadableTensor = GgufTensorInfo & { type: NonNullable<GgufTensorInfo["type"]>; sizeBytes: number };

function requireReadable(header: GgufHeader, name: string): ReadableTensor {
  const info = header.tensors.get(name);
  if (info?.type !== undefined && info.sizeBytes !== undefined) {
    return { ...info, type: info.type, sizeBytes: info.sizeBytes };
  }
  throw new InvalidArgumentError(
    `Expected a GGUF with tensors of type ${Object.keys(GGML_TYPES).join(", ")} for backbone, but ${name} of ${header.file} ` +
      `has type number ${String(info?.typeId)}.`,
  );
}

function typeOfHeader({ file, metadata }: GgufHeader): BackboneType {
  const type = typeOfFile(metadata.get("general.file_type"));
  if (type !== undefined) return type;
  throw new InvalidArgumentError(
    `Expected a GGUF of type ${BACKBONE_TYPES.join(", ")} for backbone, but ${file} has llama.cpp's file type ` +
      `${String(metadata.get("general.file_type"))}.`,
  );
}
