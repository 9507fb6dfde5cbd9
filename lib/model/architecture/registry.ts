import { CheckpointError } from "../../errors.js";
import type { RawConfig } from "./raw-config.js";
import type { Architecture } from "./architecture.js";
import { gemma } from "./gemma.js";
import { gemma2 } from "./gemma2.js";
import { gemma3 } from "./gemma3.js";
import { gptneox } from "./gptneox.js";
import { granite } from "./granite.js";
import { internlm2 } from "./internlm2.js";
import { llama, mistral } from "./llama.js";
import { mixtral } from "./mixtral.js";
import { olmo2 } from "./olmo2.js";
import { phi3 } from "./phi3.js";
import { qwen2 } from "./qwen2.js";
import { qwen3 } from "./qwen3.js";
import { qwen3moe } from "./qwen3moe.js";

/** Every architecture this build converts. A new one is a line here. */
export const ARCHITECTURES: readonly Architecture[] = [
  llama,
  mistral,
  mixtral,
  internlm2,
  gemma,
  gemma2,
  gemma3,
  qwen2,
  qwen3,
  qwen3moe,
  phi3,
  olmo2,
  granite,
  gptneox,
];

/** `config.json` as the family's own configuration class reads it. */
export function familyConfig({ translate, defaults }: Architecture, raw: RawConfig): RawConfig {
  return { ...defaults, ...(translate?.(raw) ?? raw) };
}

/**
 * The architecture of a checkpoint, by `model_type`, after checking what all of them share.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` for an unknown family, another activation function, attention to later tokens, a
 * quantized checkpoint
 */
export function findArchitecture(raw: RawConfig): Architecture {
  const modelType = raw["model_type"];
  const architecture = ARCHITECTURES.find(({ modelTypes }) => modelTypes.some((type) => type === modelType));
  if (architecture === undefined) {
    const known = ARCHITECTURES.flatMap(({ modelTypes }) => modelTypes).join(", ");
    throw unsupported(
      `The backbone's model_type is ${JSON.stringify(modelType)}; this version converts ${known}.`,
      { modelType },
    );
  }
  const config = familyConfig(architecture, raw);
  if ((config["quantization_config"] ?? null) !== null) {
    throw unsupported(
      "The checkpoint is quantized (quantization_config). Use the original in F32, F16 or BF16.",
      {},
    );
  }
  // Source: transformers masking_utils.py, which looks at is_causal for every family; configuration_gemma.py for the other.
  // Python takes null and 0 for false, too: only what cannot mean anything else passes.
  const isCausal = !("is_causal" in config) || config["is_causal"] === true;
  if (!isCausal || (config["use_bidirectional_attention"] ?? false) !== false) {
    throw unsupported(
      "Its tokens attend to later ones too (is_causal, use_bidirectional_attention), which llama.cpp's decoders do not compute.",
      {},
    );
  }
  for (const key of architecture.activationKeys) {
    const activation = config[key] ?? architecture.activations[0];
    if (architecture.activations.some((name) => name === activation)) continue;
    throw unsupported(
      `The activation function (${key}) is ${JSON.stringify(activation)}; llama.cpp's ${architecture.name} computes ` +
        `${architecture.activations.join(" or ")}.`,
      { activation },
    );
  }
  return architecture;
}

function unsupported(message: string, details: Readonly<Record<string, unknown>>): CheckpointError {
  return new CheckpointError("CHECKPOINT_UNSUPPORTED", message, { details });
}
