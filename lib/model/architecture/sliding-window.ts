import { flag, invalidConfig, positiveInteger, unsupportedConfig, type RawConfig } from "./raw-config.js";

/**
 * Whether a layer sees only the last tokens, and how many, is written with other keys and switches for each family.
 * A reader gives the tokens that a windowed layer sees, or null when all layers see everything.
 */
export type WindowReader = (raw: RawConfig, layerCount: number) => number | null;

const SLIDING = "sliding_attention";
const FULL = "full_attention";

/** Llama and Gemma 1 never look at `sliding_window`. Source: transformers 5.24 modeling_llama.py, modeling_gemma.py. */
export const noWindow: WindowReader = () => null;

/**
 * Every layer has the window, if one is given; there is no switch, and `layer_types` counts for nothing.
 * Source: transformers 5.24 modeling_mistral.py, modeling_phi3.py.
 */
export const windowOfAllLayers: WindowReader = (raw) =>
  (raw["sliding_window"] ?? null) === null ? null : positiveInteger(raw, "sliding_window");

/**
 * The window counts only with `use_sliding_window`, which is off by default, and only for the layers that `layer_types` names or,
 * without it, those from `max_window_layers` on. Source: transformers 5.24 configuration_qwen2.py, configuration_qwen3.py.
 */
export const windowOfSwitchedLayers: WindowReader = (raw, layerCount) => {
  const isOn = flag(raw, "use_sliding_window");
  const types = readLayerTypes(raw, layerCount);
  const window =
    isOn && (raw["sliding_window"] ?? null) !== null ? positiveInteger(raw, "sliding_window") : null;
  if (types === null) return window !== null && firstWindowLayer(raw) < layerCount ? window : null;
  if (!types.includes(SLIDING)) return null;
  if (window !== null) return window;
  throw invalidConfig(
    "layer_types has sliding_attention, but use_sliding_window and sliding_window give no window.",
    {},
  );
};

function firstWindowLayer(raw: RawConfig): number {
  const first = raw["max_window_layers"] ?? DEFAULT_MAX_WINDOW_LAYERS;
  if (typeof first === "number" && Number.isInteger(first)) return first;
  throw invalidConfig(`max_window_layers should be a whole number but is ${JSON.stringify(first)}.`, {});
}

/** Source: transformers 5.24 Qwen2Config, Qwen3Config. */
const DEFAULT_MAX_WINDOW_LAYERS = 28;

/**
 * Every other layer has the window, the first one included, unless `layer_types` says that none has. llama.cpp computes only
 * these two. Source: transformers 5.24 configuration_gemma2.py; llama.cpp src/models/gemma2.cpp.
 */
export const windowOfAlternateLayers: WindowReader = (raw, layerCount) => {
  const types = readLayerTypes(raw, layerCount);
  if (types?.every((type) => type === FULL) === true) return null;
  if (types?.some((type, layer) => type !== (layer % 2 === 0 ? SLIDING : FULL)) === true) {
    throw unsupportedConfig("layer_types do not alternate between sliding and full attention.", {
      layer_types: types.slice(0, SHOWN_TYPES),
    });
  }
  return positiveInteger(raw, "sliding_window");
};

const SHOWN_TYPES = 100;

/** All layers but every n-th have the window, one of six being without unless told otherwise: see {@link layerPeriod}. */
export const windowOfPeriodicLayers: WindowReader = (raw, layerCount) => {
  layerPeriod(raw, layerCount);
  return positiveInteger(raw, "sliding_window");
};

/** Source: transformers 5.24 configuration_gemma3.py, `sliding_window_pattern`. */
const DEFAULT_PERIOD = 6;

/**
 * How many layers it is from one without a window to the next. llama.cpp computes layers with a window, then one without, and so on.
 * Source: llama.cpp v0.5.0 src/llama-hparams.cpp, `set_swa_pattern`.
 */
export function layerPeriod(raw: RawConfig, layerCount: number): number {
  const types = readLayerTypes(raw, layerCount);
  if (types === null) {
    const period = positiveInteger(raw, "sliding_window_pattern", DEFAULT_PERIOD);
    if (period > 1) return period;
  } else {
    // Where all have it, the first one without is beyond the last layer.
    const period = (types.includes(FULL) ? types.indexOf(FULL) : layerCount) + 1;
    const isPeriodic = types.every((type, layer) => type === ((layer + 1) % period === 0 ? FULL : SLIDING));
    if (isPeriodic && period > 1) return period;
  }
  throw unsupportedConfig(
    "layer_types are not some layers of sliding attention, then one of full, and so on.",
    {
      layer_types: types?.slice(0, SHOWN_TYPES) ?? null,
    },
  );
}

/** What `layer_types` says of each layer, or null when it says nothing. */
function readLayerTypes(raw: RawConfig, layerCount: number): readonly string[] | null {
  const types = raw["layer_types"] ?? null;
  if (types === null) return null;
  if (!Array.isArray(types) || types.length !== layerCount) {
    throw invalidConfig(`layer_types should be a list of ${layerCount} kinds of layers, one for each.`, {});
  }
  const unknown: unknown = types.find((type) => type !== SLIDING && type !== FULL);
  if (unknown !== undefined) {
    throw unsupportedConfig(
      `layer_types has ${JSON.stringify(unknown)}, which no supported architecture has.`,
      {},
    );
  }
  return types as string[];
}
