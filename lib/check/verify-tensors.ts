import type { BackboneType } from "../model/architecture/backbone-type.js";
import { requiredTensors } from "../score/head/head.js";
import path from "node:path";
import { compareBackbone } from "./compare-backbone.js";
import { expectCopies } from "./expect-copies.js";
import { expectedRows } from "./check-merge.js";
import { compareHead } from "./compare-head.js";
import type { TensorFault } from "./tensor-fault.js";
import { askedHead } from "../model/checkpoint/asked-head.js";
import {
  planCheckpoint,
  type CheckpointPlan,
  type DroppedTensor,
} from "../model/checkpoint/checkpoint-plan.js";
import { hashFile } from "../util/files/hash-file.js";
import { RewardError } from "../errors.js";
import { readRewardJson, recordedFile } from "../model/folder/read-reward-json.js";
import type { FileRecord, RewardJson, WeightsRecord } from "../model/folder/reward-json.js";
import type { Progress } from "../score/score.js";
import { appendAll } from "../util/collections.js";

export type { FaultKind, TensorFault } from "./tensor-fault.js";

/** What `verifyTensors` may be told. */
export interface VerifyTensorsOptions {
  /** Backbones to check; without it, all of the folder. */
  types?: readonly BackboneType[] | undefined;
  /** For an adapter of PEFT: the folder of the model it was trained on. */
  base?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Phase `check`, in tensors. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Where every tensor of the checkpoint went, and what is wrong with the model folder. */
export interface TensorReport {
  passed: boolean;
  faults: readonly TensorFault[];
  /** Backbones compared, value by value. */
  backbones: readonly BackboneType[];
  /** Tensors of the checkpoint by where they went. */
  backboneTensors: readonly string[];
  headTensors: readonly string[];
  dropped: readonly DroppedTensor[];
}

/**
 * Compares a model folder with the checkpoint it was made from: every tensor of the checkpoint is accounted for, every backbone's
 * metadata and every value of its tensors and of the head agree with the checkpoint (within rounding or the quantization's
 * error), and every file has its recorded checksum. Faults are reported, not thrown.
 * @throws CheckpointError and HeadLoadError when the checkpoint itself cannot be read; ModelLoadError when `reward.json`
 * cannot; `signal.reason`
 * @example
 * ```ts
 * import { verifyTensors } from "llama-reward/check";
 * import { convertCheckpoint } from "llama-reward/convert";
 *
 * await convertCheckpoint("checkpoint", "models/new");
 * const { passed, faults } = await verifyTensors("models/new", "checkpoint");
 * console.log(passed, faults);
 * ```
 */
export async function verifyTensors(
  modelDir: string,
  checkpointDir: string,
  options: VerifyTensorsOptions = {},
): Promise<TensorReport> {
  const reward = await readRewardJson(modelDir, { check: false });
  const plan = await planToCompare(reward, checkpointDir, options.base);
  try {
    return await verifyPlannedTensors(modelDir, reward, plan, options);
  } finally {
    await plan.checkpoint.close();
  }
}

/** What the conversion should have made of a checkpoint, by arithmetic of its own where adapters were merged. Its checkpoint is to be closed. */
export function planToCompare(
  reward: RewardJson,
  checkpointDir: string,
  base: string | undefined,
): Promise<CheckpointPlan> {
  return planCheckpoint(checkpointDir, reward.source.hubId ?? undefined, {
    base,
    head: askedHead(reward.head),
    merge: expectedRows,
  });
}

/** `verifyTensors` with a plan that was made before. */
export async function verifyPlannedTensors(
  modelDir: string,
  reward: RewardJson,
  plan: CheckpointPlan,
  options: Omit<VerifyTensorsOptions, "base">,
): Promise<TensorReport> {
  await expectCopies(plan.checkpoint, plan.copies, options.signal);
  const files = Object.entries(reward.backbone.files) as [BackboneType, WeightsRecord][];
  const wanted = files.filter(([type]) => options.types?.includes(type) ?? true);
  const faults: TensorFault[] = [];
  for (const [type, record] of wanted) {
    const found = await inspectFile(modelDir, record, (file) =>
      compareBackbone({
        ...plan,
        plan: plan.backbone,
        tokenizer: plan.tokenizer.metadata,
        type,
        file,
        fileName: record.file,
        isFitted: record.fitted !== undefined,
        signal: options.signal,
        onProgress: options.onProgress,
      }),
    );
    appendAll(faults, found);
  }
  const found = await inspectFile(modelDir, reward.headFile, (file) =>
    compareHead(plan.checkpoint, plan.head, file),
  );
  appendAll(faults, found);
  return {
    passed: faults.length === 0,
    faults,
    backbones: wanted.map(([type]) => type),
    ...accountFor(plan),
  };
}

/** Checks a file's content, then whether it is the recorded one; a file that cannot be read is a fault too. */
async function inspectFile(
  modelDir: string,
  record: FileRecord,
  check: (file: string) => Promise<TensorFault[]>,
): Promise<TensorFault[]> {
  try {
    const file = await recordedFile(modelDir, record);
    const faults = await check(file);
    if (faults.length > 0) return faults;
    const { sha256 } = await hashFile(file);
    return sha256 === record.sha256
      ? []
      : [fileFault(record, `${record.file} has another checksum than reward.json says.`)];
  } catch (error) {
    if (!(error instanceof RewardError)) throw error;
    return [fileFault(record, error.message)];
  }
}

function fileFault({ file }: FileRecord, message: string): TensorFault {
  return { file: path.basename(file), kind: "file", message };
}

function accountFor({
  backbone,
  head,
  dropped,
}: CheckpointPlan): Pick<TensorReport, "backboneTensors" | "headTensors" | "dropped"> {
  return {
    backboneTensors: backbone.copied.map(({ source }) => source),
    headTensors: requiredTensors(head.definition, head.spec),
    dropped,
  };
}
