/**
 * Tokens of a vocabulary that llama.cpp would treat specially because of their text, or form where the checkpoint's tokenizer
 * does not, stand in the GGUF under another spelling: this prefix, then their own. It holds a plain space, which no tokenizer
 * of ours ever looks up (SentencePiece has `▁` in its place, byte-level vocabularies `Ġ`), so that no text becomes such a token.
 */
const PREFIX = "respelled ";

/** llama.cpp ends a text at its first NUL, which is a token of InternLM 2. */
const NUL = { text: "\0", spelling: `${PREFIX}\u2400` };

/** The spelling that keeps a token out of the reach of llama.cpp's rules. */
export function respelled(text: string): string {
  return text === NUL.text ? NUL.spelling : PREFIX + text;
}

/** The checkpoint's own text of a token in one of our GGUF files. */
export function originalText(text: string): string {
  if (text === NUL.spelling) return NUL.text;
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
}
