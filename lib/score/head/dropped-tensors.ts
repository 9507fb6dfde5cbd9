/** Tensors a checkpoint may carry that no reward depends on. Everything else must be used, or the checkpoint is refused. */
const RULES: readonly { name: string; pattern: RegExp }[] = [
  // Causal-language-model checkpoints keep it; a reward head replaces it (unless the head is made of its rows).
  { name: "language-model head", pattern: /(^|\.)lm_head\.(weight|bias)$/ },
  // What GPT-NeoX and InternLM 2 call it.
  { name: "language-model head", pattern: /^(embed_out|output)\.weight$/ },
  // Conversations are texts here.
  { name: "part that sees images", pattern: /(^|\.)(vision_tower|multi_modal_projector)\./ },
  // Buffers that transformers before 4.32 saved; computed from the config instead.
  {
    name: "rotary-embedding buffer",
    pattern: /(^|\.)rotary_emb\.(inv_freq|original_inv_freq|cos_cached|sin_cached)$/,
  },
  {
    name: "attention-mask buffer",
    pattern: /(^|\.)(self_attn|attention|attn)\.(bias|masked_bias|causal_mask)$/,
  },
  { name: "position-id buffer", pattern: /(^|\.)position_ids$/ },
  // PEFT's ModulesToSaveWrapper keeps the module as it was before training; the trained copy has its plain name here.
  { name: "untrained copy of a module", pattern: /\.original_module\./ },
  // Batch norm counts its training steps; its running statistics are the head's.
  { name: "batch-norm step counter", pattern: /\.num_batches_tracked$/ },
  // safe-rlhf counts what its normalizer has seen; mean and variance are the head's.
  { name: "counter of a normalizer", pattern: /^normalizer\.count$/ },
];

/** Name of the rule that drops a tensor, or undefined when none does. */
export function droppingRule(tensor: string): string | undefined {
  return RULES.find(({ pattern }) => pattern.test(tensor))?.name;
}
