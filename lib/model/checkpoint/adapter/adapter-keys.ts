/**
 * Every key of an adapter's configuration and what becomes of it, so that none is passed over: a key that is neither read nor
 * known to leave the merged model alone is refused when it is set.
 * Source: PEFT 0.21.2, `LoraConfig` in peft/tuners/lora/config.py and its bases in peft/config.py; 0.13.2 has no others.
 */

/** Read by `adapter-config.ts`. */
const READ: readonly string[] = [
  "peft_type",
  "task_type",
  "base_model_name_or_path",
  "revision",
  "r",
  "lora_alpha",
  "rank_pattern",
  "alpha_pattern",
  "use_rslora",
  "use_dora",
  "init_lora_weights",
  "target_modules",
  "exclude_modules",
  "layers_to_transform",
  "layers_pattern",
  "modules_to_save",
  "trainable_token_indices",
];

/** The merged model is the same whatever they say. */
const WITHOUT_EFFECT: readonly string[] = [
  // Of the file, not of the model.
  "peft_version",
  "auto_mapping",
  // Of training and of loading.
  "inference_mode",
  "lora_dropout",
  "runtime_config",
  // Whether adapters of tied layers stay tied in training: the output matrix makes no reward, the embedding's adapter is saved.
  "ensure_weight_tying",
  // Only for layers that store their weights the other way (GPT-2's); for others PEFT itself sets it to false (tuners/lora/model.py,
  // `dispatch_default`), and no architecture here has such layers.
  "fan_in_fan_out",
  // They say how what `init_lora_weights` or another switch names is done: those decide.
  "loftq_config",
  "eva_config",
  "corda_config",
  "lora_ga_config",
  "qalora_group_size",
  "megatron_core",
];

/** Keys that make another function of the model, in words, where they are set. All others that are set are refused as unknown. */
const REFUSED: Readonly<Record<string, string>> = {
  bias: "biases that were trained beside the adapter",
  lora_bias: "a bias of the adapter's own",
  target_parameters: "an adapter of bare parameters (fused experts)",
  layer_replication: "layers that are used several times",
  megatron_config: "Megatron's parallel layers",
  alora_invocation_tokens: "aLoRA, which changes the weights only after certain tokens",
  use_qalora: "QALoRA, whose base is quantized",
  use_bdlora: "BD-LoRA (block-diagonal matrices)",
  arrow_config: "Arrow's routing between adapters",
  kasa_config: "KaSA (singular values of the base cut off)",
  monteclora_config: "MonteCLoRA (random samples)",
  velora_config: "VeLoRA",
};

/** Whether a value is what a configuration has where nobody set the key. */
export function isUnset(key: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  if (key === "bias") return value === "none";
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The keys that are set and would make another model than what is merged here, in words. */
export function refusedKeys(config: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    if (READ.includes(key) || WITHOUT_EFFECT.includes(key) || isUnset(key, value)) return [];
    const words = Object.hasOwn(REFUSED, key) ? REFUSED[key] : "which this version does not know";
    return [`${key} (${words ?? ""})`];
  });
}

/** Every key that is spoken of here: a test compares them with PEFT's own. */
export const KNOWN_KEYS: readonly string[] = [...READ, ...WITHOUT_EFFECT, ...Object.keys(REFUSED)];
