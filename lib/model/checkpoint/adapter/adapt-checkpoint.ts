import { isFloatDtype } from "../../../formats/floats/float-convert.js";
import { invalidCheckpoint, type StoredTensor } from "../../../formats/safetensors/safetensors-header.js";
import type { WeightFile } from "../../../formats/weight-file.js";
import type { AdapterConfig } from "./adapter-config.js";
import type { OpenAdapter } from "./open-adapter.js";
import { AdaptedFile } from "./adapted-file.js";
import { sortAdapterTensors, type AdapterTensors } from "./adapter-tensors.js";
import { expectTrainedModules } from "./expect-modules.js";
import { OnlyTensors } from "./only-tensors.js";
import { planChange } from "./plan-change.js";
import type { MergeRows, TensorChange } from "./tensor-change.js";

/** Files that together are the merged model. */
export interface AdaptedFiles {
  /** The base's, in their order. */
  base: WeightFile[];
  /** The adapter's file, with the tensors that stand for themselves. */
  adapter: WeightFile;
  /** Matrices that are merged, by their names in the base. */
  merged: readonly string[];
  /** Tensors that take the place of the base's or are new. */
  whole: readonly string[];
  /** Modules of the adapter that no reward depends on. */
  unused: readonly string[];
}

/** The output matrix of a language model: a reward model may have none. */
const OUTPUT = "lm_head";

/**
 * Puts an adapter over the weights of its base.
 * @param base the base's files, with plain names
 * @throws CheckpointError `CHECKPOINT_INVALID` an adapter that is not whole or is of another base; `CHECKPOINT_UNSUPPORTED`
 */
export function adaptFiles(
  base: readonly WeightFile[],
  { config, file }: Pick<OpenAdapter, "config" | "file">,
  merge: MergeRows,
): AdaptedFiles {
  const sorted = sortAdapterTensors(file.tensors.keys());
  const own = new Map(base.flatMap(({ tensors }) => [...tensors]));
  const whole = new Map(
    [...sorted.whole].map(([stored, plain]) => [stored, nameInBase(plain, own) ?? plain] as const),
  );
  const replaced = new Set([...whole.values()].filter((name) => own.has(name)));
  const inPlace = new Map(own);
  for (const [stored, name] of whole) {
    const tensor = file.tensors.get(stored);
    if (tensor !== undefined) inPlace.set(name, { ...tensor, name });
  }
  const { changes, unused } = planChanges(sorted, inPlace, config, file);
  expectTrainedModules(config, inPlace, new Set(changes.keys()), new Set(whole.values()));
  const adaptation = { changes, adapter: file, merge };
  return {
    base: base.map(
      (each) =>
        new AdaptedFile(
          each.renamed((name) => (replaced.has(name) ? untrained(name) : name)),
          adaptation,
        ),
    ),
    adapter: new AdaptedFile(new OnlyTensors(file, whole), adaptation),
    merged: [...changes.keys()],
    whole: [...whole.values()],
    unused,
  };
}

/** A name that tells the base's copy of a tensor from the trained one. As PEFT's `ModulesToSaveWrapper` calls it. */
function untrained(name: string): string {
  return name.replace(/\.([^.]+)$/, ".original_module.$1");
}

function planChanges(
  { modules }: AdapterTensors,
  base: ReadonlyMap<string, StoredTensor>,
  config: AdapterConfig,
  file: WeightFile,
): { changes: Map<string, TensorChange>; unused: string[] } {
  const changes = new Map<string, TensorChange>();
  const unused: string[] = [];
  for (const [module, parts] of modules) {
    const name = nameInBase(`${module}.weight`, base);
    const tensor = base.get(name ?? "");
    if (name === undefined || tensor === undefined) {
      if (module !== OUTPUT) throw noSuchModule(module);
      unused.push(module);
      continue;
    }
    if (!isFloatDtype(tensor.dtype)) {
      throw invalidCheckpoint(
        `The base's ${name} is stored as ${tensor.dtype}, expected F32, F16 or BF16.`,
        { tensor: name, dtype: tensor.dtype },
        "Give the base before it was quantized.",
      );
    }
    changes.set(name, planChange({ module, parts, base: tensor }, file.tensors, config));
  }
  return { changes, unused };
}

/**
 * A tensor of the adapter by the base's name for it. Bases that were saved without their head's class lack the `model.` in front, or
 * have it where the adapter's class did not.
 */
function nameInBase(name: string, base: ReadonlyMap<string, StoredTensor>): string | undefined {
  return [name, `model.${name}`, name.replace(/^model\./, "")].find((each) => base.has(each));
}

function noSuchModule(module: string): Error {
  return invalidCheckpoint(
    `The adapter changes ${module}, and the base has no ${module}.weight.`,
    { module },
    "It was trained on another base: give the one that adapter_config.json names.",
  );
}
