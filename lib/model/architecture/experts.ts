import type { Metadata } from "../../formats/gguf/metadata.js";
import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import { linear } from "./decoder-tensors.js";
import type { ModelConfig } from "./model-config.js";
import { invalidConfig, positiveInteger, type RawConfig } from "./raw-config.js";
import { ROUTER, type CopiedTensor } from "./transform.js";

/** How a family's `config.json` and tensors name the experts of a layer. */
export interface ExpertNames {
  /** How many there are. */
  count: string;
  /** In a layer: what has `gate` and `experts`. */
  block: string;
  gate: string;
  up: string;
  down: string;
}

/** How many experts compute a token: the same words in all families. */
const USED = "num_experts_per_tok";
/** llama.cpp v0.5.0 src/llama-hparams.h, `LLAMA_MAX_EXPERTS`. */
const MOST_EXPERTS = 1024;

/** The tensor that only models with experts have. */
export const EXPERT_MARKER = `blk.0.${ROUTER}`;

/**
 * The router and the experts of a layer; an expert is a gated MLP. llama.cpp takes the softmax over all experts, those with the largest
 * values, and their shares of the sum. Source: `build_moe_ffn` in llama.cpp v0.5.0 src/llama-graph.cpp.
 */
export function* experts(
  config: ModelConfig,
  layer: number,
  names: ExpertNames,
  innerSize: number,
): Iterable<CopiedTensor> {
  const { hiddenSize, raw } = config;
  const count = expertCount(raw, names);
  const from = `layers.${layer}.${names.block}`;
  yield* linear(`blk.${layer}.ffn_gate_inp`, `${from}.gate`, [count, hiddenSize]);
  for (let index = 0; index < count; index++) {
    const matrices: [string, string, [number, number]][] = [
      ["gate", names.gate, [innerSize, hiddenSize]],
      ["up", names.up, [innerSize, hiddenSize]],
      ["down", names.down, [hiddenSize, innerSize]],
    ];
    for (const [name, source, shape] of matrices) {
      for (const tensor of linear(
        `blk.${layer}.ffn_${name}_exps`,
        `${from}.experts.${index}.${source}`,
        shape,
      )) {
        yield { ...tensor, part: { index, count } };
      }
    }
  }
}

/** GGUF metadata of experts. */
export function expertMetadata({ raw }: ModelConfig, names: ExpertNames): [string, GgufValue][] {
  return [
    ["expert_count", { type: "u32", value: expertCount(raw, names) }],
    ["expert_used_count", { type: "u32", value: usedCount(raw, names) }],
  ];
}

/** The opposite of {@link expertMetadata}. */
export function readExpertMetadata(
  metadata: Metadata,
  key: (name: string) => string,
  names: ExpertNames,
): RawConfig {
  return {
    [names.count]: metadata.integer(key("expert_count"), 1, MOST_EXPERTS),
    [USED]: metadata.integer(key("expert_used_count"), 1, MOST_EXPERTS),
  };
}

function expertCount(raw: RawConfig, names: ExpertNames): number {
  const count = positiveInteger(raw, names.count);
  if (count <= MOST_EXPERTS) return count;
  throw invalidConfig(`${names.count} is ${count}: llama.cpp knows at most ${MOST_EXPERTS} experts.`, {
    count,
  });
}

function usedCount(raw: RawConfig, names: ExpertNames): number {
  const used = positiveInteger(raw, USED);
  const count = expertCount(raw, names);
  if (used <= count) return used;
  throw invalidConfig(`${USED} is ${used}, but there are ${count} experts.`, { used, count });
}
