import path from "node:path";
import { InvalidArgumentError } from "../errors.js";
import { backboneFileName } from "../model-folder/file-names.js";
import { readRewardJson, recordedFile } from "../model-folder/read-reward-json.js";
import type { BackboneType, FileRecord, RewardJson } from "../model-folder/reward-json.js";
import { StagingFolder } from "../model-folder/staging.js";
import { writeRewardJson } from "../model-folder/write-reward-json.js";
import type { Progress } from "../score.js";
import { checkBackboneType, isFloatType, type QuantizedType } from "./backbone-type.js";
import { quantizeFile } from "./quantize-file.js";

/** What `quantizeModelFolder` may be told. */
export interface QuantizeOptions {
  /** Makes this type the folder's default. */
  defaultType?: BackboneType | undefined;
  signal?: AbortSignal | undefined;
  /** Phase `quantize`, in backbones. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Adds quantized backbones to a model folder, beside those that are there. All of them appear, or none.
 * @returns the new content of `reward.json`
 * @throws InvalidArgumentError for a type that only the checkpoint can give, or a folder with quantized backbones only;
 * ModelLoadError; CheckpointError `CONVERSION_FAILED`; FileError `FILE_FAILED`, `FILE_LOCKED`; `signal.reason`
 */
export async function quantizeModelFolder(
  modelDir: string,
  types: readonly BackboneType[],
  { defaultType, signal, onProgress }: QuantizeOptions = {},
): Promise<RewardJson> {
  const wanted = [...new Set(types)].map((type) => checkQuantized(type));
  await readRewardJson(modelDir);
  const staging = await StagingFolder.create(modelDir);
  try {
    // Only now: what another process added meanwhile must stay.
    const reward = await readRewardJson(modelDir);
    const input = await recordedFile(modelDir, bestSource(reward, modelDir));
    const files: Partial<Record<BackboneType, FileRecord>> = { ...reward.backbone.files };
    for (const [index, type] of wanted.entries()) {
      onProgress?.({ phase: "quantize", done: index, total: wanted.length });
      const file = backboneFileName(type);
      files[type] = { file, ...(await quantizeFile({ input, output: staging.file(file), type, signal })) };
    }
    const chosen = defaultType ?? reward.backbone.defaultType;
    if (files[chosen] === undefined)
      throw new InvalidArgumentError(`${modelDir} has no ${chosen} backbone to be the default.`);
    const updated = { ...reward, backbone: { ...reward.backbone, defaultType: chosen, files } };
    await writeRewardJson(staging.directory, updated);
    signal?.throwIfAborted();
    await staging.commit();
    onProgress?.({ phase: "quantize", done: wanted.length, total: wanted.length });
    return updated;
  } finally {
    await staging.dispose();
  }
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
function bestSource({ backbone }: RewardJson, modelDir: string): FileRecord {
  const { files, defaultType } = backbone;
  const own = isFloatType(defaultType) ? files[defaultType] : undefined;
  const best = files.f32 ?? own ?? files.bf16 ?? files.f16;
  if (best !== undefined) return best;
  throw new InvalidArgumentError(
    `${path.basename(modelDir)} has quantized backbones only (${Object.keys(files).join(", ")}). ` +
      "Quantize from the checkpoint: `llama-reward convert <hf-dir> <model-dir> --type <type>`.",
  );
}
