/**
 * Token texts that llama.cpp's vocabulary loader goes by, whatever type the file gives them.
 * Source: llama.cpp v0.5.0 src/llama-vocab.cpp, `llama_vocab::impl::load`; v0.4.0 has no others. A test reads the lists from that source.
 */

/** Tokens so called become control tokens ("control-looking token … its type will be overridden"). */
export const FORCED_CONTROL: ReadonlySet<string> = new Set([
  // End of turn, of message, of generation.
  "<|eot_id|>",
  "<|im_end|>",
  "<|end|>",
  "<|return|>",
  "<|call|>",
  "<|flush|>",
  "<|calls|>",
  "<end_of_turn>",
  "<|endoftext|>",
  "</s>",
  "<|eom_id|>",
  "<EOT>",
  "_<EOT>",
  "[EOT]",
  "[EOS]",
  "<|end_of_text|>",
  "<end_of_utterance>",
  "<eos>",
  "<turn|>",
  "<|tool_response>",
  "<｜end▁of▁sentence｜>",
  "[e~[",
  // Fill in the middle: prefix, suffix, middle, padding, repository, file.
  "<|fim_prefix|>",
  "<fim-prefix>",
  "<fim_prefix>",
  "<｜fim▁begin｜>",
  "<PRE>",
  "▁<PRE>",
  "<|code_prefix|>",
  "<|prefix|>",
  "<|fim_suffix|>",
  "<fim-suffix>",
  "<fim_suffix>",
  "<｜fim▁hole｜>",
  "<SUF>",
  "▁<SUF>",
  "<|code_suffix|>",
  "<|suffix|>",
  "<|fim_middle|>",
  "<fim-middle>",
  "<fim_middle>",
  "<｜fim▁end｜>",
  "<MID>",
  "▁<MID>",
  "<|code_middle|>",
  "<|middle|>",
  "<|fim_pad|>",
  "<fim-pad>",
  "<fim_pad>",
  "<PAD>",
  "[PAD]",
  "<|fim_repo|>",
  "<|repo_name|>",
  "<fim-repo>",
  "<REPO>",
  "<reponame>",
  "<|file_sep|>",
]);

/** Tokens so called become user-defined: they are found in every text, also where special tokens are to stay text. */
export const FORCED_USER_DEFINED: ReadonlySet<string> = new Set([
  "<|channel|>",
  "<|message|>",
  "<|start|>",
  "<|constrain|>",
]);

/** One more of that kind, in vocabularies that have one of the others with it. */
export const USER_DEFINED_BESIDE = { text: "<|end|>", others: ["<|call|>", "<|calls|>"] } as const;
