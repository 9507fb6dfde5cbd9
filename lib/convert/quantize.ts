import type { BackboneType } from "../model/architecture/backbone-type.js";
import { rm } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError } from "../errors.js";
import { admitBackbone } from "../model/admission/admit-backbone.js";
import { rememberFiles } from "../model/folder/checksum-memory.js";
import { checkedBackbone } from "../model/folder/open-model-folder.js";
import { backboneFileName, REFERENCE_FOLDER } from "../model/folder/file-names.js";
import { readRewardJson } from "../model/folder/read-reward-json.js";
import type { WeightsRecord, RewardJson } from "../model/folder/reward-json.js";
import { StagingFolder } from "../model/folder/staging.js";
import { writeRewardJson } from "../model/folder/write-reward-json.js";
import type { Progress } from "../score/score.js";
import { checkBackboneType, isFloatType, type QuantizedType } from "../model/architecture/backbone-type.js";
import { hashFile } from "../util/files/hash-file.js";
import type { FittedJob } from "./fitting/fitted-job.js";
import { quantizeFitted } from "./fitting/quantize-fitted.js";
import { referenceSet } from "./fitting/reference-set.js";
import { TrialFolder } from "./fitting/trial-folder.js";
import { quantizeFile } from "./quantize-file.js";
import { setDefaultType } from "./set-default-type.js";

/** What `quantizeModelFolder` may be told. */
export interface QuantizeOptions {
  /** Makes this type the folder's default; without types to add, nothing else is done. */
  defaultType?: BackboneType | undefined;
  /**
   * Records as `score` reads them, a few hundred of the kind that the model is going to score: they decide which way q8_0 rounds each
   * weight, and which columns the smaller types take care of. They are computed on the CPU.
   */
  records?: string | undefined;
  /**
   * Largest error of a record's reward, in standard deviations of the records' rewards. Matrices that matter most for their bytes stay in
   * 16 bits until it holds; each layer's are tried. Needs `records`.
   */
  maxError?: number | undefined;
  /**
   * Largest size of the file, as a share of what the backbone takes in 16 bits: of the matrices that matter most for their bytes as many
   * stay in 16 bits as have room; with `maxError`, as it needs. Needs `records`.
   */
  maxSize?: number | undefined;
  /** CPU threads that compute records. Default: the physical cores. */
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Phase `quantize`, in backbones; with records `score`, `observe`, `round` and `measure`, too. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Adds quantized backbones to a model folder, beside those that are there. All of them appear, or none.
 * @returns the new content of `reward.json`
 * @throws InvalidArgumentError for a type that only the checkpoint can give, or a folder with quantized backbones only;
 * ModelLoadError; CheckpointError `CONVERSION_FAILED`; FileError `FILE_FAILED`, `FILE_LOCKED`; `signal.reason`
 * @example
 * ```ts
 * import { quantizeModelFolder } from "llama-reward/convert";
 *
 * const { backbone } = await quantizeModelFolder("models/grm", ["q8_0"]);
 * console.log(backbone.files.q8_0?.sizeBytes);
 * ```
 */
export async function quantizeModelFolder(
  modelDir: string,
  types: readonly BackboneType[],
  { defaultType, signal, onProgress, ...fitting }: QuantizeOptions = {},
): Promise<RewardJson> {
  const wanted = [...new Set(types)].map((type) => checkQuantized(type));
  checkFitting(fitting);
  if (wanted.length === 0 && defaultType !== undefined) return setDefaultType(modelDir, defaultType);
  const { reference } = await readRewardJson(modelDir);
  if (reference !== undefined) {
    refuseRecords(fitting, modelDir);
    // Before the policy: where it has a type, its reference has it, too.
    await quantizeModelFolder(path.join(modelDir, REFERENCE_FOLDER), types, {
      defaultType,
      signal,
      onProgress,
    });
  }
  const staging = await StagingFolder.create(modelDir);
  try {
    // Only now: what another process added meanwhile must stay.
    const reward = await readRewardJson(modelDir);
    const source = bestSource(reward, modelDir);
    const input = await checkedBackbone(modelDir, reward, source, { signal, onProgress });
    const files: Partial<Record<BackboneType, WeightsRecord>> = { ...reward.backbone.files };
    const { records, ...limits } = fitting;
    const each = { threads: fitting.threads, signal, onProgress };
    const set =
      records === undefined ? undefined : await referenceSet(modelDir, source, { ...each, records });
    for (const [index, type] of wanted.entries()) {
      onProgress?.({ phase: "quantize", unit: "backbones", done: index, total: wanted.length });
      const file = backboneFileName(type);
      const output = staging.file(file);
      const fitted =
        set &&
        (await fit(
          { ...each, ...limits, input, sourceType: source, output, type, set },
          staging,
          modelDir,
          reward,
        ));
      const written =
        fitted === undefined ? await quantizeFile({ input, output, type, signal }) : await hashFile(output);
      const headerSha256 = await admitBackbone(output, { type, facts: reward.backbone });
      files[type] = { file, ...written, headerSha256, ...(fitted && { fitted }) };
    }
    const chosen = defaultType ?? reward.backbone.defaultType;
    if (files[chosen] === undefined)
      throw new InvalidArgumentError(`${modelDir} has no ${chosen} backbone to be the default.`);
    const updated = await writeRewardJson(staging.directory, {
      ...reward,
      backbone: { ...reward.backbone, defaultType: chosen, files },
    });
    signal?.throwIfAborted();
    await staging.commit();
    await rememberFiles(
      modelDir,
      wanted.flatMap((type) => files[type] ?? []),
    );
    onProgress?.({ phase: "quantize", unit: "backbones", done: wanted.length, total: wanted.length });
    return updated;
  } finally {
    await staging.dispose();
  }
}

/** Quantizes by what records need; what was tried is gone afterwards. */
async function fit(
  job: Omit<FittedJob, "trial" | "scratch">,
  staging: StagingFolder,
  modelDir: string,
  reward: RewardJson,
): Promise<NonNullable<WeightsRecord["fitted"]>> {
  const trial = await TrialFolder.create(staging.file("trial"), modelDir, reward, job.type);
  const scratch = staging.file("trial.gguf");
  try {
    const fitted = await quantizeFitted({ ...job, trial, scratch });
    return { conversations: job.set.conversations.length, ...fitted };
  } finally {
    await trial.remove();
    await rm(scratch, { force: true });
  }
}

function checkFitting({
  records,
  maxError,
  maxSize,
}: Pick<QuantizeOptions, "records" | "maxError" | "maxSize">): void {
  if (maxError !== undefined && !(maxError > 0)) {
    throw new InvalidArgumentError(
      `Expected a positive number of standard deviations for maxError but received ${maxError}.`,
    );
  }
  if (maxSize !== undefined && !(maxSize > 0 && maxSize < 1)) {
    throw new InvalidArgumentError(
      `Expected a share of the size in 16 bits, between 0 and 1, for maxSize but received ${maxSize}.`,
    );
  }
  if (records !== undefined || (maxError === undefined && maxSize === undefined)) return;
  throw new InvalidArgumentError(
    "Expected records beside maxError or maxSize: errors are measured on them. Give a few hundred of the kind that the model is going to score.",
  );
}

/** @throws InvalidArgumentError */
function refuseRecords({ records }: Pick<QuantizeOptions, "records">, modelDir: string): void {
  if (records === undefined) return;
  throw new InvalidArgumentError(
    `${modelDir} is a policy with its reference: records cannot decide about the rounding of both. Leave them out.`,
  );
}

function checkQuantized(type: BackboneType): QuantizedType {
  const known = checkBackboneType(type);
  if (!isFloatType(known)) return known;
  throw new InvalidArgumentError(
    `Expected a quantized type but received ${known}: only the checkpoint has such values. ` +
      `Run \`llama-reward convert <hf-dir> <model-dir> --type ${known}\`.`,
  );
}

/** The most precise backbone there is: quantizing twice would add both errors. */
function bestSource({ backbone }: RewardJson, modelDir: string): BackboneType {
  const { files, defaultType } = backbone;
  const own = isFloatType(defaultType) ? defaultType : "f32";
  const best = (["f32", own, "bf16", "f16"] as const).find((type) => files[type] !== undefined);
  if (best !== undefined) return best;
  throw new InvalidArgumentError(
    `${path.basename(modelDir)} has quantized backbones only (${Object.keys(files).join(", ")}). ` +
      "Quantize from the checkpoint: `llama-reward convert <hf-dir> <model-dir> --type <type>`.",
  );
}
