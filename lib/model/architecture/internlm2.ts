import type { Architecture } from "./architecture.js";
import { gatedMlp, linear, norm, outputNorm } from "./decoder-tensors.js";
import type { ModelConfig } from "./model-config.js";
import { flag, unsupportedConfig } from "./raw-config.js";
import { noWindow } from "./sliding-window.js";
import type { CopiedTensor } from "./transform.js";

/** Its MLP by Llama's names. */
const MLP = { gate_proj: "w1", up_proj: "w3", down_proj: "w2" };

/**
 * InternLM 2 and 2.5: Llama's computation, with queries, keys and values in one matrix, in groups of heads. It becomes a Llama,
 * because llama.cpp's own `internlm2` is the same graph and asks for an output matrix, which reward models have not.
 * Source: InternLM's configuration_internlm2.py and modeling_internlm2.py, which its checkpoints carry; llama.cpp v0.5.0
 * conversion/internlm.py, src/models/llama.cpp.
 */
export const internlm2: Architecture = {
  name: "llama",
  modelTypes: ["internlm2"],
  marker: "blk.0.attn_qkv.weight",
  embedding: "tok_embeddings.weight",
  activationKeys: ["hidden_act"],
  activations: ["silu"],
  defaults: { max_position_embeddings: 2048 },
  translate: (raw) => ({ ...raw, attention_bias: raw["bias"] ?? true }),
  readWindow: noWindow,
  hasSlidingWindow: false,
  ropeScalings: ["none", "linear", "dynamic"],
  hasPartialRotation: false,
  metadata: () => [],
  tensors: function* (config) {
    const version = config.raw["rope_pos_id_version"] ?? "default";
    if (version !== "default") {
      throw unsupportedConfig(`rope_pos_id_version ${JSON.stringify(version)} is not supported.`, {
        version,
      });
    }
    for (let layer = 0; layer < config.layerCount; layer++) yield* layerTensors(config, layer);
    yield outputNorm(config);
  },
};

function* layerTensors(config: ModelConfig, layer: number): Iterable<CopiedTensor> {
  const { hiddenSize, headCount, kvHeadCount, headDim } = config;
  const from = `layers.${layer}`;
  const bias = flag(config.raw, "attention_bias");
  const fusedSize = (headCount + 2 * kvHeadCount) * headDim;
  yield norm(`blk.${layer}.attn_norm`, `${from}.attention_norm`, hiddenSize);
  yield* linear(`blk.${layer}.attn_qkv`, `${from}.attention.wqkv`, [fusedSize, hiddenSize], {
    bias,
    transform: {
      kind: "ungroup-heads",
      groups: kvHeadCount,
      queries: headCount / kvHeadCount,
      headDim,
      interleaves: true,
    },
  });
  yield* linear(`blk.${layer}.attn_output`, `${from}.attention.wo`, [hiddenSize, headCount * headDim], {
    bias,
  });
  yield norm(`blk.${layer}.ffn_norm`, `${from}.ffn_norm`, hiddenSize);
  for (const tensor of gatedMlp(config, layer, {})) {
    const [, name = ""] = /mlp\.(\w+)\.weight$/.exec(tensor.source) ?? [];
    yield { ...tensor, source: `${from}.feed_forward.${MLP[name as keyof typeof MLP]}.weight` };
  }
}
