import type { RoleName, TokenizerConfig } from "./tokenizer-json.js";

/** What a tokenizer class of the transformers library does by itself. */
export interface TokenizerClass {
  /** Tokens with a role where the configuration says nothing of them; null there is a word, too: no such token. */
  defaults: Partial<Record<RoleName, string>>;
  /** Whether `add_bos_token` and `add_eos_token` rule, true and false unless given, whatever the post-processor says. */
  hasFlags: boolean;
  /** Whether it makes token objects of the strings that name tokens with a role. */
  makesObjects: boolean;
}

const LLAMA: TokenizerClass = {
  defaults: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" },
  hasFlags: true,
  makesObjects: false,
};
const GEMMA: TokenizerClass = {
  defaults: { bos_token: "<bos>", eos_token: "<eos>", unk_token: "<unk>", pad_token: "<pad>" },
  hasFlags: true,
  makesObjects: false,
};
const QWEN2: TokenizerClass = {
  defaults: { eos_token: "<|endoftext|>", unk_token: "<|endoftext|>", pad_token: "<|endoftext|>" },
  hasFlags: false,
  makesObjects: true,
};
const GPT2: TokenizerClass = {
  defaults: { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>" },
  hasFlags: false,
  makesObjects: false,
};
const PLAIN: TokenizerClass = { defaults: {}, hasFlags: false, makesObjects: false };

/** Source: transformers 4.57.6, `__init__` and `update_post_processor` of the `…TokenizerFast` classes. */
const CLASSES = new Map<string, TokenizerClass>([
  ["LlamaTokenizer", LLAMA],
  ["CodeLlamaTokenizer", LLAMA],
  ["GemmaTokenizer", GEMMA],
  ["Qwen2Tokenizer", QWEN2],
  ["GPT2Tokenizer", GPT2],
]);

/** Classes of checkpoints that name none, by `model_type`. Source: transformers 4.57.6, `TOKENIZER_MAPPING_NAMES`. */
const CLASS_BY_MODEL_TYPE = new Map<unknown, TokenizerClass>([
  ["llama", LLAMA],
  ["mistral", LLAMA],
  ["phi3", LLAMA],
  ["gemma", GEMMA],
  ["gemma2", GEMMA],
  ["qwen2", QWEN2],
  ["qwen3", QWEN2],
]);

/**
 * The class that loads a checkpoint's tokenizer: `tokenizer_class` of `tokenizer_config.json`, else of `config.json`, else that of
 * the model's type; a class not listed here has no defaults of its own.
 * @param modelConfig the checkpoint's `config.json`
 */
export function tokenizerClassOf(
  config: TokenizerConfig,
  modelConfig: Readonly<Record<string, unknown>>,
): TokenizerClass {
  const name = config.tokenizer_class ?? modelConfig["tokenizer_class"];
  if (typeof name === "string") return CLASSES.get(name.replace(/Fast$/, "")) ?? PLAIN;
  return CLASS_BY_MODEL_TYPE.get(modelConfig["model_type"]) ?? PLAIN;
}
