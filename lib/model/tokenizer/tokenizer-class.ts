import type { RoleName, TokenizerConfig } from "./tokenizer-json.js";

/** What a tokenizer class of the transformers library does by itself. */
export interface TokenizerClass {
  /** Tokens with a role where the configuration says nothing of them; null there is a word, too: no such token. */
  defaults: Partial<Record<RoleName, string>>;
  /** Where `add_bos_token` and `add_eos_token` rule, whatever the post-processor says: what the first is unless given (the second is false). */
  addsBos: boolean | undefined;
  /** Whether it makes token objects of the strings that name tokens with a role. */
  makesObjects: boolean;
  /**
   * Whether a SentencePiece model's pieces have the texts of the added tokens with their ids, and the configuration says nothing of
   * spaces in front of texts.
   */
  renamesPieces?: boolean;
  /** How it splits texts where it makes a tokenizer of `vocab.json` and `merges.txt`; absent where that is not known here. */
  splitting?: "qwen2" | "gpt2";
}

const LLAMA: TokenizerClass = {
  defaults: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" },
  addsBos: true,
  makesObjects: false,
};
const GEMMA: TokenizerClass = {
  defaults: { bos_token: "<bos>", eos_token: "<eos>", unk_token: "<unk>", pad_token: "<pad>" },
  addsBos: true,
  makesObjects: false,
};
/** Source: InternLM's tokenization_internlm2_fast.py, which its checkpoints carry. */
const INTERNLM2: TokenizerClass = {
  defaults: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>", pad_token: "</s>" },
  addsBos: true,
  makesObjects: false,
  renamesPieces: true,
};
const QWEN2: TokenizerClass = {
  defaults: { eos_token: "<|endoftext|>", unk_token: "<|endoftext|>", pad_token: "<|endoftext|>" },
  addsBos: undefined,
  makesObjects: true,
  splitting: "qwen2",
};
const GPT2: TokenizerClass = {
  defaults: { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>" },
  addsBos: undefined,
  makesObjects: false,
  splitting: "gpt2",
};
const NEOX: TokenizerClass = { defaults: GPT2.defaults, addsBos: false, makesObjects: false };
const PLAIN: TokenizerClass = { defaults: {}, addsBos: undefined, makesObjects: false };

/** Source: transformers 4.57.6, `__init__` and `update_post_processor` of the `…TokenizerFast` classes. */
const CLASSES = new Map<string, TokenizerClass>([
  ["LlamaTokenizer", LLAMA],
  ["CodeLlamaTokenizer", LLAMA],
  ["GemmaTokenizer", GEMMA],
  ["Qwen2Tokenizer", QWEN2],
  ["GPT2Tokenizer", GPT2],
  ["GPTNeoXTokenizer", NEOX],
  ["InternLM2Tokenizer", INTERNLM2],
]);

/** Classes of checkpoints that name none, by `model_type`. Source: transformers 4.57.6, `TOKENIZER_MAPPING_NAMES`. */
const CLASS_BY_MODEL_TYPE = new Map<unknown, TokenizerClass>([
  ["llama", LLAMA],
  ["mistral", LLAMA],
  ["mixtral", LLAMA],
  ["phi3", LLAMA],
  ["gemma", GEMMA],
  ["gemma2", GEMMA],
  ["gemma3", GEMMA],
  ["gemma3_text", GEMMA],
  ["qwen2", QWEN2],
  ["qwen3", QWEN2],
  ["qwen3_moe", QWEN2],
  ["gpt_neox", NEOX],
  ["olmo2", NEOX],
  ["granite", GPT2],
  ["internlm2", INTERNLM2],
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
