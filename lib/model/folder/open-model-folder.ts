import type { BackboneType } from "../architecture/backbone-type.js";
import { admitBackbone } from "../admission/admit-backbone.js";
import { ModelLoadError } from "../../errors.js";
import { checkChecksums, type CheckOptions } from "./check-checksum.js";
import { checkHeadHeader } from "./head-header.js";
import { recordedFile } from "./read-reward-json.js";
import type { WeightsRecord, RewardJson } from "./reward-json.js";

/** Options of {@link checkedBackbone} and {@link checkedModel}. */
export interface OpenOptions extends CheckOptions {
  /** `false` leaves the recorded checksums of the weights unread. Headers and sizes are checked in any case. */
  check?: boolean | undefined;
}

/** Paths of the files that a model is loaded from. */
export interface ModelFiles {
  backbone: string;
  head: string;
}

/**
 * The files of a model, after everything that can be known without loading them has been checked: they are there, have the
 * recorded sizes and checksums, and the backbone is one that llama.cpp may see.
 * @throws ModelLoadError `MODEL_NOT_FOUND` no backbone of this type; `MODEL_INVALID`; HeadLoadError `HEAD_MISMATCH`, `HEAD_INVALID`; `signal.reason`
 */
export async function checkedModel(
  modelDir: string,
  reward: RewardJson,
  type: BackboneType,
  options: OpenOptions,
): Promise<ModelFiles> {
  const record = backboneRecord(modelDir, reward, type);
  const head = await recordedFile(modelDir, reward.headFile);
  await checkHeadHeader(head, reward.headFile.headerSha256);
  const backbone = await admitRecorded(modelDir, reward, type, record);
  if (options.check !== false) await checkChecksums(modelDir, [reward.headFile, record], options);
  return { backbone, head };
}

/** The same for a backbone alone. */
export async function checkedBackbone(
  modelDir: string,
  reward: RewardJson,
  type: BackboneType,
  options: OpenOptions,
): Promise<string> {
  const record = backboneRecord(modelDir, reward, type);
  const backbone = await admitRecorded(modelDir, reward, type, record);
  if (options.check !== false) await checkChecksums(modelDir, [record], options);
  return backbone;
}

/**
 * Admits a recorded backbone.
 * @returns its path
 * @throws ModelLoadError `MODEL_INVALID`; HeadLoadError `HEAD_MISMATCH`
 */
export async function admitRecorded(
  modelDir: string,
  { backbone }: RewardJson,
  type: BackboneType,
  record: WeightsRecord,
): Promise<string> {
  const file = await recordedFile(modelDir, record);
  await admitBackbone(file, { type, facts: backbone, headerSha256: record.headerSha256 });
  return file;
}

function backboneRecord(modelDir: string, { backbone }: RewardJson, type: BackboneType): WeightsRecord {
  const record = backbone.files[type];
  if (record !== undefined) return record;
  throw new ModelLoadError(
    "MODEL_NOT_FOUND",
    `${modelDir} has no backbone of type ${type}, only ${Object.keys(backbone.files).join(", ")}. ` +
      `Make it with \`llama-reward quantize ${modelDir} --type ${type}\`.`,
  );
}
