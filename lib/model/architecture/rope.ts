import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import {
  invalidConfig,
  positiveInteger,
  positiveNumber,
  unsupportedConfig,
  type RawConfig,
} from "./raw-config.js";

/** Rotary position embedding, as `config.json` describes it. */
export interface RopeConfig {
  /** Base of the frequencies. */
  theta: number;
  /** Share of a head's values that rotate. */
  partialFactor: number;
  scaling: RopeScaling;
}

/** How the frequencies differ from the plain ones. Source of the kinds: transformers modeling_rope_utils.py. */
export type RopeScaling =
  | { kind: "none" }
  /** All frequencies divided by `factor`. */
  | { kind: "linear"; factor: number }
  /** Plain up to the original length, then stretched with the input: we stay below that length. */
  | { kind: "dynamic"; originalLength: number }
  | { kind: "llama3"; factor: number; lowFactor: number; highFactor: number; originalLength: number }
  | { kind: "yarn"; factor: number; originalLength: number; attentionFactor: number | undefined }
  | {
      kind: "longrope";
      shortFactors: Float32Array;
      longFactors: Float32Array;
      originalLength: number;
      attentionFactor: number;
    };

/** What transformers assumes when `rope_theta` is absent. Source: LlamaConfig and its relatives. */
const DEFAULT_THETA = 10000;
/** YaRN constants that llama.cpp cannot be told otherwise for these architectures. Source: llama_hparams. */
const YARN_BETA = { beta_fast: 32, beta_slow: 1 };

/**
 * Reads `rope_theta` with `rope_scaling`, or transformers 5's `rope_parameters`; where there are both, `rope_scaling` goes first.
 * Source: transformers 5.24, `convert_rope_params_to_dict`.
 * @throws CheckpointError `CHECKPOINT_INVALID`, or `CHECKPOINT_UNSUPPORTED` for a scaling llama.cpp does not compute
 */
export function readRope(raw: RawConfig, maxPositions: number): RopeConfig {
  const parameters = ropeParameters(raw);
  checkOneTheta(raw, parameters);
  const theta = positiveNumber(
    { rope_theta: parameters["rope_theta"] ?? raw["rope_theta"] },
    "rope_theta",
    DEFAULT_THETA,
  );
  const partial = parameters["partial_rotary_factor"] ?? raw["partial_rotary_factor"];
  return {
    theta,
    partialFactor: positiveNumber({ partial_rotary_factor: partial }, "partial_rotary_factor", 1),
    scaling: readScaling(parameters, raw, maxPositions),
  };
}

function ropeParameters(raw: RawConfig): RawConfig {
  const [key, value] = isEmpty(raw["rope_scaling"])
    ? ["rope_parameters", raw["rope_parameters"] ?? {}]
    : ["rope_scaling", raw["rope_scaling"]];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidConfig(`${key} should be an object but is ${JSON.stringify(value)}.`, { key });
  }
  const parameters = value as RawConfig;
  if ("full_attention" in parameters || "sliding_attention" in parameters) {
    throw unsupportedConfig(
      "rope_parameters differ between kinds of layers, which no supported architecture has.",
      {},
    );
  }
  return parameters;
}

/**
 * Transformers 4 computes with the configuration's own `rope_theta`, 5 with the one in `rope_parameters`. A checkpoint of 5 that 4.57 saved
 * again has both, the former the default: rewards of the two differ by more than answers do. A file of 5 says what 5 computes.
 */
function checkOneTheta(raw: RawConfig, parameters: RawConfig): void {
  const { rope_theta: own, transformers_version: version } = raw;
  const other = parameters["rope_theta"];
  const isOfFour = typeof version === "string" && version.startsWith("4.");
  if (!isOfFour || own === undefined || other === undefined || own === other) return;
  throw invalidConfig(
    `transformers ${version} wrote rope_theta ${JSON.stringify(own)}, and ${JSON.stringify(other)} in rope_parameters: ` +
      "version 4 computes with the former, 5 with the latter. Remove the one the model was not trained with.",
    { transformers_version: version, rope_theta: own, rope_parameters: other },
  );
}

/** What Python takes for false, so that transformers' `rope_scaling or rope_parameters` looks at the other key. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function readScaling(parameters: RawConfig, raw: RawConfig, maxPositions: number): RopeScaling {
  const kind = parameters["rope_type"] ?? parameters["type"] ?? "default";
  const originalKey = "original_max_position_embeddings";
  // The configuration's own key goes before the scaling's. Source: transformers 5.24 `standardize_rope_params`.
  const originalLength = (): number =>
    positiveInteger(
      { [originalKey]: raw[originalKey] ?? parameters[originalKey] },
      originalKey,
      maxPositions,
    );
  switch (kind) {
    case "default":
      return { kind: "none" };
    case "linear":
      return { kind: "linear", factor: positiveNumber(parameters, "factor") };
    case "dynamic":
      return { kind: "dynamic", originalLength: Math.min(maxPositions, originalLength()) };
    case "llama3":
      return {
        kind: "llama3",
        factor: positiveNumber(parameters, "factor"),
        lowFactor: positiveNumber(parameters, "low_freq_factor"),
        highFactor: positiveNumber(parameters, "high_freq_factor"),
        originalLength: originalLength(),
      };
    case "yarn":
      checkYarn(parameters);
      return {
        kind: "yarn",
        factor: positiveNumber(parameters, "factor", maxPositions / originalLength()),
        originalLength: originalLength(),
        attentionFactor: optionalNumber(parameters, "attention_factor"),
      };
    case "longrope":
    case "su":
      return readLongRope(parameters, originalLength(), maxPositions);
    default:
      throw unsupportedConfig(
        `rope scaling ${JSON.stringify(kind)} is not supported (known: default, linear, dynamic, llama3, yarn, longrope).`,
        { kind },
      );
  }
}

function checkYarn(parameters: RawConfig): void {
  for (const [key, expected] of Object.entries(YARN_BETA)) {
    const value = parameters[key] ?? expected;
    if (value !== expected) {
      throw unsupportedConfig(
        `yarn with ${key} ${JSON.stringify(value)}: llama.cpp computes only ${expected}.`,
        { key },
      );
    }
  }
  for (const key of ["mscale", "mscale_all_dim"]) {
    if ((parameters[key] ?? null) !== null)
      throw unsupportedConfig(`yarn with ${key} is not supported.`, { key });
  }
  if (parameters["truncate"] === false)
    throw unsupportedConfig("yarn without truncation is not supported.", {});
}

/** Source of the default attention factor: transformers `_compute_longrope_parameters`. */
function readLongRope(parameters: RawConfig, originalLength: number, maxPositions: number): RopeScaling {
  const stretch = optionalNumber(parameters, "factor") ?? maxPositions / originalLength;
  const attentionFactor =
    optionalNumber(parameters, "attention_factor") ??
    (stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(originalLength)));
  return {
    kind: "longrope",
    shortFactors: factorList(parameters, "short_factor"),
    longFactors: factorList(parameters, "long_factor"),
    originalLength,
    attentionFactor,
  };
}

function factorList(parameters: RawConfig, key: string): Float32Array {
  const value = parameters[key];
  const isList = Array.isArray(value) && value.every((factor) => typeof factor === "number" && factor > 0);
  if (!isList) throw invalidConfig(`rope_scaling.${key} is not a list of numbers above 0.`, { key });
  return Float32Array.from(value as number[]);
}

function optionalNumber(parameters: RawConfig, key: string): number | undefined {
  return (parameters[key] ?? undefined) === undefined ? undefined : positiveNumber(parameters, key);
}

/**
 * What llama.cpp divides each plain frequency by to get Llama 3's scaling, `[headDim / 2]`.
 * Source: transformers `_compute_llama3_parameters` for the frequencies; `ggml_rope_cache_init` divides the angle by the factor.
 */
export function llama3Factors(
  theta: number,
  headDim: number,
  scaling: Extract<RopeScaling, { kind: "llama3" }>,
): Float32Array {
  const { factor, lowFactor, highFactor, originalLength } = scaling;
  return Float32Array.from({ length: headDim / 2 }, (_, index) => {
    const frequency = theta ** ((-2 * index) / headDim);
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < originalLength / highFactor) return 1;
    if (wavelength > originalLength / lowFactor) return factor;
    const smooth = (originalLength / wavelength - lowFactor) / (highFactor - lowFactor);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/**
 * GGUF metadata (keys without the architecture's name) of a scaling that llama.cpp computes itself.
 * Source: `llama_model_base::load_hparams`; `llama_context` multiplies YaRN's own attention factor 0.1 · ln(factor) + 1
 * by `rope.scaling.attn_factor`.
 */
export function ropeScalingMetadata(scaling: RopeScaling): [key: string, value: GgufValue][] {
  if (scaling.kind === "linear") {
    return [
      ["rope.scaling.type", { type: "string", value: "linear" }],
      ["rope.scaling.factor", { type: "f32", value: scaling.factor }],
    ];
  }
  if (scaling.kind === "yarn") {
    const { factor, originalLength, attentionFactor } = scaling;
    const builtIn = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    return [
      ["rope.scaling.type", { type: "string", value: "yarn" }],
      ["rope.scaling.factor", { type: "f32", value: factor }],
      ["rope.scaling.original_context_length", { type: "u32", value: originalLength }],
      ...(attentionFactor === undefined
        ? []
        : [
            ["rope.scaling.attn_factor", { type: "f32", value: attentionFactor / builtIn }] as [
              string,
              GgufValue,
            ],
          ]),
    ];
  }
  return [];
}
