/**
 * Whether llama.cpp's SentencePiece tokenizer would form a token: it joins any two neighbours, tokens or single characters, whose
 * text together is a token. A single character is one from the start.
 * Source: llama.cpp v0.5.0 src/llama-vocab.cpp, `llm_tokenizer_spm_session::try_add_bigram`.
 * @param texts of all tokens
 */
export function isJoinable(text: string, texts: ReadonlySet<string>): boolean {
  if (isCharacter(text)) return true;
  const isSymbol = (part: string): boolean => isCharacter(part) || texts.has(part);
  return cutsOf(text).some((cut) => isSymbol(text.slice(0, cut)) && isSymbol(text.slice(cut)));
}

/** Whether a text is a single code point. */
export function isCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

/** Places between two code points, in UTF-16 units. */
function cutsOf(text: string): number[] {
  const cuts: number[] = [];
  for (const character of text) cuts.push((cuts.at(-1) ?? 0) + character.length);
  return cuts.slice(0, -1);
}
