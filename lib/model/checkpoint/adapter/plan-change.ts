import { CheckpointError } from "../../../errors.js";
import { invalidCheckpoint, type StoredTensor } from "../../../formats/safetensors/safetensors-header.js";
import type { TensorInfo } from "../../../formats/safetensors/tensor.js";
import { unsupported, type AdapterConfig } from "./adapter-config.js";
import type { ModuleParts } from "./adapter-tensors.js";
import { earlierPattern, valueByPattern } from "./module-pattern.js";
import type { TensorChange } from "./tensor-change.js";

/** A module of the base that an adapter changes. */
export interface AdaptedModule {
  /** As PEFT calls it. */
  module: string;
  parts: ModuleParts;
  /** The module's matrix in the base. */
  base: StoredTensor;
}

/** What PEFT takes where the configuration says nothing. Source: PEFT 0.21.2 peft/tuners/lora/config.py, `LoraConfig`. */
const DEFAULT_RANK = 8;
const DEFAULT_ALPHA = 8;

/**
 * What an adapter makes of one matrix of its base.
 * @param adapter tensors of the adapter's file
 * @throws CheckpointError `CHECKPOINT_INVALID`: shapes that do not fit the base or the configuration; `CHECKPOINT_UNSUPPORTED`
 */
export function planChange(
  { module, parts, base }: AdaptedModule,
  adapter: ReadonlyMap<string, TensorInfo>,
  config: AdapterConfig,
): TensorChange {
  const shapeOf = (name: string | undefined): readonly number[] => adapter.get(name ?? "")?.shape ?? [];
  const [rows = 0, columns = 0] = base.shape;
  if (base.shape.length !== 2) throw wrongShape(module, base, `a matrix`, "");
  if (parts.tokens !== undefined) {
    const indices = tokenIndices(module, config, rows);
    expectShape(module, base, parts.tokens, shapeOf(parts.tokens), [indices.length, columns]);
    return { kind: "rows", values: parts.tokens, indices };
  }
  const { a = "", b = "", magnitude, isEmbedding = false } = parts;
  const { rank, alpha } = settingsOf(module, config);
  const [wantedA, wantedB] = isEmbedding
    ? [
        [rank, rows],
        [columns, rank],
      ]
    : [
        [rank, columns],
        [rows, rank],
      ];
  expectRank(module, shapeOf(a), shapeOf(b), rank);
  expectShape(module, base, a, shapeOf(a), wantedA);
  expectShape(module, base, b, shapeOf(b), wantedB);
  const isDora = config.use_dora === true;
  if (isDora !== (magnitude !== undefined)) {
    throw invalidCheckpoint(
      `adapter_config.json says use_dora is ${isDora}, but ${module} has ${isDora ? "no" : "a"} lora_magnitude_vector.`,
      { module },
      "The files are not of one adapter, or it was not saved whole.",
    );
  }
  if (magnitude !== undefined) {
    if (isEmbedding) throw unsupported(`DoRA of an embedding (${module}) is not merged here`, { module });
    expectShape(module, base, magnitude, shapeOf(magnitude), [rows]);
  }
  const scale = config.use_rslora === true ? alpha / Math.sqrt(rank) : alpha / rank;
  return { kind: "low-rank", a, b, rank, scale, magnitude, isTransposed: isEmbedding };
}

/**
 * Rank and alpha of a module.
 * Source: PEFT 0.21.2 peft/tuners/lora/model.py, `_create_and_replace`; for what earlier versions did, 0.13.2, the same function.
 */
function settingsOf(module: string, config: AdapterConfig): { rank: number; alpha: number } {
  const ranks = new Map(Object.entries(config.rank_pattern ?? {}));
  const alphas = new Map(Object.entries(config.alpha_pattern ?? {}));
  const { r = DEFAULT_RANK, lora_alpha = DEFAULT_ALPHA } = config;
  const rank = valueByPattern(ranks, module) ?? r;
  const alpha = valueByPattern(alphas, module) ?? lora_alpha;
  const earlier = earlierPattern([...ranks.keys(), ...alphas.keys()], module) ?? module;
  const isSame = (ranks.get(earlier) ?? r) === rank && (alphas.get(earlier) ?? lora_alpha) === alpha;
  // PEFT writes its version since it reads patterns in today's way.
  if (!isSame && typeof config["peft_version"] !== "string") {
    throw unsupported(
      `rank_pattern and alpha_pattern give ${module} another rank or alpha in PEFT 0.13 than in today's, and the file does not say which ` +
        "version wrote it",
      { module },
    );
  }
  return { rank, alpha };
}

function expectRank(module: string, a: readonly number[], b: readonly number[], rank: number): void {
  const found = [a[0], b[1]].find((each) => each !== rank);
  if (found === undefined && rank > 0) return;
  throw invalidCheckpoint(
    `adapter_config.json says the rank of ${module} is ${rank}, but lora_A is [${a.join(", ")}] and lora_B [${b.join(", ")}].`,
    { module, rank, a, b },
    "The configuration is of another adapter: download both files again.",
  );
}

function tokenIndices(
  module: string,
  { trainable_token_indices: wanted }: AdapterConfig,
  rows: number,
): number[] {
  const entry = Array.isArray(wanted)
    ? wanted
    : Object.entries(wanted ?? {}).find(([key]) => module === key || module.endsWith(`.${key}`))?.[1];
  if (entry === undefined) {
    throw invalidCheckpoint(
      `The adapter has trained tokens for ${module}, but adapter_config.json has no trainable_token_indices for it.`,
      { module },
    );
  }
  const wrong = entry.find((index, place) => index >= rows || entry.indexOf(index) !== place);
  if (wrong === undefined) return entry;
  throw invalidCheckpoint(
    `adapter_config.json: trainable_token_indices has ${wrong} twice or beyond the base's ${rows} rows of ${module}.`,
    { module, index: wrong, rows },
    "The adapter is of another base.",
  );
}

function expectShape(
  module: string,
  base: StoredTensor,
  name: string,
  found: readonly number[],
  expected: readonly number[] = [],
): void {
  if (found.length === expected.length && found.every((size, axis) => size === expected[axis])) return;
  throw wrongShape(
    module,
    base,
    `${name} to be [${expected.join(", ")}]`,
    ` but it is [${found.join(", ")}]`,
  );
}

function wrongShape(module: string, base: StoredTensor, expected: string, found: string): CheckpointError {
  return new CheckpointError(
    "CHECKPOINT_INVALID",
    `The base's ${base.name} is [${base.shape.join(", ")}], so the adapter of ${module} needs ${expected}${found}. ` +
      "It was trained on another base: give the one that adapter_config.json names.",
    { details: { module, tensor: base.name, shape: base.shape } },
  );
}
