import { InvalidArgumentError } from "../../errors.js";
import { BACKBONE_TYPES, type BackboneType } from "../../model/architecture/backbone-type.js";
import { readRewardJson } from "../../model/folder/read-reward-json.js";
import type { LoadOptions } from "../../model/load-options.js";
import { RewardModel } from "../../model/reward-model.js";
import type { FidelityOptions, LoadedType } from "./run-fidelity.js";

/** What `folderTypes` may be told. */
export interface FolderTypesOptions extends Omit<LoadOptions, "type"> {
  /** Types to compare. */
  types: readonly BackboneType[];
  /** The type to measure against. Default: the most exact one in the folder. */
  reference?: BackboneType | undefined;
  /** Told of each model once it is loaded. */
  onLoad?: ((model: RewardModel) => void) | undefined;
}

/**
 * The backbones of a model folder as `runFidelity` takes them: the types as the options say, the reference on the same device as exactly
 * as it goes.
 * @throws InvalidArgumentError `INVALID_ARGUMENT` the folder lacks one of the types
 * @throws ModelLoadError it is no model folder
 * @example
 * ```ts
 * import { folderTypes } from "llama-reward/eval";
 *
 * const { reference } = await folderTypes("models/grm", { types: ["f16"] });
 * console.log(reference); // f16, the most exact one there is
 * ```
 */
export async function folderTypes(
  modelDir: string,
  { types, reference, onLoad, ...loading }: FolderTypesOptions,
): Promise<Pick<FidelityOptions, "types" | "reference" | "load" | "loadReference">> {
  const { backbone } = await readRewardJson(modelDir, { check: loading.check });
  const missing = types.find((type) => backbone.files[type] === undefined);
  if (missing !== undefined) {
    throw new InvalidArgumentError(
      `${modelDir} has no backbone of type ${missing}. Make it with \`llama-reward quantize ${modelDir} --type ${missing}\`.`,
    );
  }
  // `BACKBONE_TYPES` goes from the most exact type to the smallest.
  const mostExact = BACKBONE_TYPES.find((type) => backbone.files[type] !== undefined) ?? backbone.defaultType;
  const chosen = reference ?? mostExact;
  const load = async (type: BackboneType, options: LoadOptions): Promise<LoadedType> => {
    const scorer = await RewardModel.load(modelDir, { ...options, type });
    onLoad?.(scorer);
    return { scorer, sizeBytes: backbone.files[type]?.sizeBytes ?? 0 };
  };
  return {
    types,
    reference: chosen,
    load: (name) => load(name as BackboneType, loading),
    loadReference: () => load(chosen, { ...loading, ...EXACT }),
  };
}

/** Float32 products by our own kernels where they run, and in any case a cache that rounds nothing. */
const EXACT = { kvType: "f32", prefill: "auto", precision: "exact" } as const;
