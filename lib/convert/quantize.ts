import type { BackboneType } from "../model/architecture/backbone-type.js";
import path from "node:path";
import { InvalidArgumentError } from "../errors.js";
import { admitBackbone } from "../model/admission/admit-backbone.js";
import { rememberFiles } from "../model/folder/checksum-memory.js";
import { checkedBackbone } from "../model/folder/open-model-folder.js";
import { backboneFileName } from "../model/folder/file-names.js";
import { readRewardJson } from "../model/folder/read-reward-json.js";
import type { WeightsRecord, RewardJson } from "../model/folder/reward-json.js";
import { StagingFolder } from "../model/folder/staging.js";
import { writeRewardJson } from "../model/folder/write-reward-json.js";
import type { Progress } from "../score/score.js";
import { checkBackboneType, isFloatType, type QuantizedType } from "../model/architecture/backbone-type.js";
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
  { defaultType, signal, onProgress }: QuantizeOptions = {},
): Promise<RewardJson> {
  const wanted = [...new Set(types)].map((type) => checkQuantized(type));
  await readRewardJson(modelDir);
  const staging = await StagingFolder.create(modelDir);
  try {
    // Only now: what another process added meanwhile must stay.
    const reward = await readRewardJson(modelDir);
    const source = bestSource(reward, modelDir);
    const input = await checkedBackbone(modelDir, reward, source, { signal, onProgress });
    const files: Partial<Record<BackboneType, WeightsRecord>> = { ...reward.backbone.files };
    for (const [index, type] of wanted.entries()) {
      onProgress?.({ phase: "quantize", unit: "backbones", done: index, total: wanted.length });
      const file = backboneFileName(type);
      const output = staging.file(file);
      const written = await quantizeFile({ input, output, type, signal });
      const headerSha256 = await admitBackbone(output, { type, facts: reward.backbone });
      files[type] = { file, ...written, headerSha256 };
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
