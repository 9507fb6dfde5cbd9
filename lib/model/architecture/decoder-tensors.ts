import type { ModelConfig } from "./model-config.js";
import type { CopiedTensor, Transform } from "./transform.js";

/**
 * The tensors most decoders share, named as transformers' modeling_llama.py and llama.cpp's `LLM_TENSOR_NAMES` name them.
 */

/** What logits are made with, where llama.cpp asks for it. */
export const OUTPUT_MATRIX = "output.weight";

export const COPY: Transform = { kind: "copy" };

/** Which parts of a decoder have biases, and how its special tensors are transformed. */
export interface DecoderOptions {
  /** Transformation of the query and key projections' rows. */
  queryKey?: Transform;
  /** Transformation of every norm's weight. */
  norm?: Transform;
  queryKeyValueBias?: boolean;
  outputBias?: boolean;
  mlpBias?: boolean;
}

/** A matrix `[rows, columns]` and, if there is one, its bias `[rows]`. */
export function linear(
  name: string,
  source: string,
  [rows, columns]: readonly [rows: number, columns: number],
  { bias = false, transform = COPY }: { bias?: boolean; transform?: Transform } = {},
): CopiedTensor[] {
  const weight = { name: `${name}.weight`, source: `${source}.weight`, shape: [rows, columns], transform };
  return bias
    ? [weight, { name: `${name}.bias`, source: `${source}.bias`, shape: [rows], transform }]
    : [weight];
}

/** A norm's weight `[size]`. */
export function norm(name: string, source: string, size: number, transform: Transform = COPY): CopiedTensor {
  return { name: `${name}.weight`, source: `${source}.weight`, shape: [size], transform };
}

/** The final norm. */
export function outputNorm({ hiddenSize }: ModelConfig, transform: Transform = COPY): CopiedTensor {
  return norm("output_norm", "norm", hiddenSize, transform);
}

/** Gemma's four norms of a layer since the second generation: before attention and MLP, and after each. */
export function* normsAround(
  { hiddenSize }: ModelConfig,
  layer: number,
  transform: Transform,
): Iterable<CopiedTensor> {
  const norms = {
    attn_norm: "input_layernorm",
    post_attention_norm: "post_attention_layernorm",
    ffn_norm: "pre_feedforward_layernorm",
    post_ffw_norm: "post_feedforward_layernorm",
  };
  for (const [name, source] of Object.entries(norms)) {
    yield norm(`blk.${layer}.${name}`, `layers.${layer}.${source}`, hiddenSize, transform);
  }
}

/** Query, key, value and output projections of a layer. */
export function attention(config: ModelConfig, layer: number, options: DecoderOptions): CopiedTensor[] {
  const { hiddenSize, headCount, kvHeadCount, headDim } = config;
  const { queryKey = COPY, queryKeyValueBias: bias = false, outputBias = false } = options;
  const from = `layers.${layer}.self_attn`;
  const querySize = headCount * headDim;
  const keySize = kvHeadCount * headDim;
  return [
    ...linear(`blk.${layer}.attn_q`, `${from}.q_proj`, [querySize, hiddenSize], {
      bias,
      transform: queryKey,
    }),
    ...linear(`blk.${layer}.attn_k`, `${from}.k_proj`, [keySize, hiddenSize], { bias, transform: queryKey }),
    ...linear(`blk.${layer}.attn_v`, `${from}.v_proj`, [keySize, hiddenSize], { bias }),
    ...linear(`blk.${layer}.attn_output`, `${from}.o_proj`, [hiddenSize, querySize], { bias: outputBias }),
  ];
}

/** Gate, up and down projections of a layer. */
export function gatedMlp(
  config: ModelConfig,
  layer: number,
  { mlpBias: bias = false }: DecoderOptions,
): CopiedTensor[] {
  const { hiddenSize, intermediateSize } = config;
  const from = `layers.${layer}.mlp`;
  return [
    ...linear(`blk.${layer}.ffn_gate`, `${from}.gate_proj`, [intermediateSize, hiddenSize], { bias }),
    ...linear(`blk.${layer}.ffn_up`, `${from}.up_proj`, [intermediateSize, hiddenSize], { bias }),
    ...linear(`blk.${layer}.ffn_down`, `${from}.down_proj`, [hiddenSize, intermediateSize], { bias }),
  ];
}

/** A decoder as Llama's: a norm before attention and one before the MLP in every layer, and a final norm. */
export function* preNormDecoder(config: ModelConfig, options: DecoderOptions): Iterable<CopiedTensor> {
  for (let layer = 0; layer < config.layerCount; layer++) {
    const from = `layers.${layer}`;
    yield norm(`blk.${layer}.attn_norm`, `${from}.input_layernorm`, config.hiddenSize, options.norm);
    yield* attention(config, layer, options);
    yield norm(`blk.${layer}.ffn_norm`, `${from}.post_attention_layernorm`, config.hiddenSize, options.norm);
    yield* gatedMlp(config, layer, options);
  }
  yield outputNorm(config, options.norm);
}
