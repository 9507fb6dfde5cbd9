import { invalidCheckpoint, type StoredTensor } from "../../../formats/safetensors/safetensors-header.js";
import { ADAPTER_CONFIG, type AdapterConfig } from "./adapter-config.js";
import { valueByPattern } from "./module-pattern.js";

/**
 * Checks that an adapter has everything its configuration says it trained: one that lost a part would give another model, which scores
 * plausibly.
 * @param tensors of base and adapter together
 * @param merged names of the matrices that it changes
 * @param whole names of the tensors that it has in full
 * @throws CheckpointError `CHECKPOINT_INVALID` naming the modules
 */
export function expectTrainedModules(
  config: AdapterConfig,
  tensors: ReadonlyMap<string, StoredTensor>,
  merged: ReadonlySet<string>,
  whole: ReadonlySet<string>,
): void {
  const matrices = [...tensors].filter(([name, { shape }]) => shape.length === 2 && name.endsWith(".weight"));
  const modules = matrices.map(([name]) => name.slice(0, -".weight".length));
  const saved = new Set([...whole].map((name) => name.slice(0, name.lastIndexOf("."))));
  const lost = [
    ...targets(config, modules).filter((module) => !merged.has(`${module}.weight`) && !saved.has(module)),
    ...(config.modules_to_save ?? []).filter(
      (wanted) =>
        modules.some((module) => isCalled(module, wanted)) &&
        wanted !== OUTPUT &&
        ![...saved].some((module) => isIn(module, wanted)),
    ),
  ];
  if (lost.length === 0) return;
  throw invalidCheckpoint(
    `${ADAPTER_CONFIG} says that ${lost.slice(0, 3).join(", ")}${lost.length > 3 ? ` and ${lost.length - 3} more` : ""} ` +
      "were trained, but the adapter has no tensors for them.",
    { modules: lost },
    "It was not saved whole, or base and adapter do not belong together.",
  );
}

/** Language models have it, reward models do not. */
const OUTPUT = "lm_head";

/** Modules that must have an adapter; none where the configuration gives a pattern or chooses layers. */
function targets(config: AdapterConfig, modules: readonly string[]): string[] {
  const { target_modules: wanted, layers_to_transform: layers, exclude_modules: excluded } = config;
  if (!Array.isArray(wanted) || (layers !== undefined && layers !== null) || typeof excluded === "string") {
    return [];
  }
  const ranks = new Map(Object.entries(config.rank_pattern ?? {}));
  return modules.filter(
    (module) =>
      wanted.some((target) => isCalled(module, target)) &&
      !(excluded ?? []).some((target) => isCalled(module, target)) &&
      !isCalled(module, OUTPUT) &&
      valueByPattern(ranks, module) !== 0,
  );
}

/** Source: PEFT 0.21.2 peft/tuners/tuners_utils.py, `check_target_module_exists`. */
function isCalled(module: string, target: string): boolean {
  return module === target || module.endsWith(`.${target}`);
}

function isIn(module: string, target: string): boolean {
  return isCalled(module, target) || `.${module}.`.includes(`.${target}.`);
}
