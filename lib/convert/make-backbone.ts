import type { BackboneType } from "../model/architecture/backbone-type.js";
import path from "node:path";
import { InvalidArgumentError } from "../errors.js";
import { admitBackbone } from "../model/admission/admit-backbone.js";
import type { BackboneFacts } from "../model/admission/check-facts.js";
import { backboneFileName } from "../model/folder/file-names.js";
import type { WeightsRecord, FileRecord } from "../model/folder/reward-json.js";
import type { StagingFolder } from "../model/folder/staging.js";
import type { Progress } from "../score/score.js";
import { adoptBackbone } from "./adopt/adopt-backbone.js";
import type { BackbonePlan } from "../model/architecture/backbone-plan.js";
import {
  isFloatType,
  losslessType,
  ownType,
  type FloatType,
  type QuantizedType,
} from "../model/architecture/backbone-type.js";
import { expectSound } from "../check/expect-sound.js";
import type { CheckpointPlan } from "../model/checkpoint/checkpoint-plan.js";
import { quantizeFile } from "./quantize-file.js";
import { hashFile } from "../util/files/hash-file.js";
import type { F16Losses } from "../formats/floats/f16-losses.js";
import { F16RangeError, InexactError } from "./stream/chunk-writer.js";
import { writeBackbone } from "./stream/write-backbone.js";

/** A backbone to make in a staging folder. */
export interface BackboneJob {
  plan: CheckpointPlan;
  /** `auto`: the checkpoint's own precision, f16 for a bf16 one that it holds exactly, or the type of `existing`. */
  type: BackboneType | "auto";
  /** A GGUF whose tensors are taken instead of converting the checkpoint's. */
  existing?: string | undefined;
  staging: StagingFolder;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** The backbone's file, and the weight files it was made from. */
export interface MadeBackbone {
  type: BackboneType;
  record: WeightsRecord;
  sources: FileRecord[];
  /** What f16 makes of the checkpoint's weights; undefined where they were not converted. */
  f16Losses?: F16Losses | undefined;
}

/**
 * Makes a backbone of any type: a quantized one by way of a temporary file that has every value exactly, an adopted one from
 * another GGUF's tensors.
 */
export async function makeBackbone(job: BackboneJob): Promise<MadeBackbone> {
  const made = await (job.type === "auto" ? makeAuto(job) : make(job, job.type));
  // What is made must be admitted as loading admits it.
  const headerSha256 = await admitBackbone(job.staging.file(made.record.file), {
    type: made.type,
    facts: backboneFacts(job.plan.backbone),
  });
  return { ...made, record: { ...made.record, headerSha256 } };
}

/**
 * The checkpoint's own precision; but f16 in place of bf16 where it holds every weight: llama.cpp's kernels round activations to
 * the weights' type, and f16 has more digits. Trying costs little: what does not survive is mostly met in the first tensor.
 */
async function makeAuto(job: BackboneJob): Promise<Made> {
  if (job.plan.folders.base !== undefined && job.existing === undefined) return makeMerged(job);
  const own = ownType(job.plan.backbone.copied);
  if (own !== "bf16" || job.existing !== undefined) return make(job, own);
  try {
    return await convert(job, "f16", true);
  } catch (error) {
    if (!(error instanceof InexactError)) throw error;
    await job.staging.remove(backboneFileName("f16"));
    return convert(job, own);
  }
}

/**
 * What an adapter changes a little has more digits than its base: f32 where most of the base is, else f16, which rounds less than bf16
 * unless a weight is beyond its range.
 */
async function makeMerged(job: BackboneJob): Promise<Made> {
  if (ownType(job.plan.backbone.copied) === "f32") return make(job, "f32");
  try {
    return await make(job, "f16");
  } catch (error) {
    if (!(error instanceof F16RangeError)) throw error;
    await job.staging.remove(backboneFileName("f16"));
    return make(job, "bf16");
  }
}

function make(job: BackboneJob, type: BackboneType): Promise<Made> {
  if (job.existing !== undefined) return adopt(job, job.existing);
  return isFloatType(type) ? convert(job, type) : quantize(job, type);
}

/** What `reward.json` records of a backbone, whatever its type. */
export function backboneFacts({
  architecture,
  config,
  vocabSize,
  contextLength,
}: BackbonePlan): BackboneFacts {
  const { hiddenSize, layerCount } = config;
  return { architecture: architecture.name, hiddenSize, layerCount, vocabSize, contextLength };
}

type Made = Omit<MadeBackbone, "record"> & { record: FileRecord };

async function convert(
  { plan, staging, ...rest }: BackboneJob,
  type: FloatType,
  isExact = false,
): Promise<Made> {
  const { checkpoint, backbone, tokenizer } = plan;
  const file = backboneFileName(type);
  const written = await writeBackbone({
    ...rest,
    checkpoint,
    plan: backbone,
    tokenizer: tokenizer.metadata,
    type,
    isExact,
    file: staging.file(file),
  });
  const { sources, f16Losses } = written;
  return { type, record: { file, ...written.backbone }, sources, f16Losses };
}

async function quantize(job: BackboneJob, type: QuantizedType): Promise<Made> {
  const { plan, staging, signal, onProgress } = job;
  const exact = await convert(job, losslessType(plan.backbone.copied));
  const file = backboneFileName(type);
  const input = staging.file(exact.record.file);
  const written = await quantizeFile({ input, output: staging.file(file), type, signal, onProgress });
  await staging.remove(exact.record.file);
  await expectSound({
    checkpoint: plan.checkpoint,
    plan: plan.backbone,
    tokenizer: plan.tokenizer.metadata,
    type,
    file: staging.file(file),
    fileName: file,
    signal,
    onProgress,
  });
  return { ...exact, type, record: { file, ...written } };
}

async function adopt(
  { plan, type: wanted, staging, signal, onProgress }: BackboneJob,
  source: string,
): Promise<Made> {
  const target = (type: BackboneType): string => staging.file(backboneFileName(type));
  const { type, written } = await adoptBackbone({ plan, source, target, signal, onProgress });
  if (wanted !== "auto" && wanted !== type) {
    throw new InvalidArgumentError(
      `Expected ${wanted} as type of the backbone but ${source} is ${type}. Leave the type out.`,
    );
  }
  const sources: FileRecord[] = [];
  for (const { path: file } of plan.checkpoint.files) {
    signal?.throwIfAborted();
    sources.push({ file: path.basename(file), ...(await hashFile(file)) });
  }
  return { type, record: { file: backboneFileName(type), ...written }, sources };
}
