import type { PromptSpec } from "./prompt-spec.js";

/** The Unicode normalization that a checkpoint's tokenizer asks for. */
export type NormalizationForm = NonNullable<PromptSpec["normalization"]>;

/**
 * Characters that newer Unicode versions normalize and the Hugging Face tokenizers do not: their tables are those of
 * Unicode 9, whatever the version of Python or Node. Marks with a combining class, characters with a decomposition and
 * those that compose to one, assigned in Unicode 10 to 17; code points in hexadecimal.
 * Source: measured over all code points, tokenizers 0.23.2 against Unicode 17; DerivedAge.txt of Unicode 15 agrees.
 */
const NEWER_CHARACTERS = `
  07fd 0897-089f 08ca-08d3 09fe 0c3c 0d3b 0d3c 0eba 1715 1abf-1add 1ae0-1aeb 1df6-1dfa 32ff
  a7f1-a7f4 a82c ab66 ab67 ab69 105c9 105d2 105da 105e4 10781-10785 10787-107b0 107b2-107ba
  10d24-10d27 10d69-10d6d 10eab 10eac 10efa 10efb 10efd-10eff 10f46-10f50 10f82-10f85 11070 1133b
  11382-11385 1138b 1138e 11390 11391 113b8 113bb 113c2 113c5 113c7-113c9 113ce-113d0 1145e 11839
  1183a 11930 11935 11938 1193d 1193e 11943 119e0 11a34 11a47 11a99 11d42 11d44 11d45 11d97 11f41
  11f42 1611e-16129 1612f 16d63 16d67-16d6a 16ff0 16ff1 1ccd6-1ccf9 1df04-1df06 1df08 1df0a 1df1e
  1e030-1e06d 1e08f 1e130-1e136 1e2ae 1e2ec-1e2ef 1e4ec-1e4ef 1e5ee 1e5ef 1e6e3 1e6e6 1e6ee 1e6ef
  1e6f5 1f16c 1fbf0-1fbf9
`;
const NEWER = new RegExp(
  `([${NEWER_CHARACTERS.trim()
    .replace(/[0-9a-f]+/g, String.raw`\u{$&}`)
    .replace(/\s+/g, "")}]+)`,
  "u",
);

/** Whether a text has characters that current Unicode tables normalize and the Hugging Face tokenizers do not. */
export function isNormalizedDifferently(text: string): boolean {
  return NEWER.test(text);
}

/**
 * Normalizes a stretch of text between special tokens, before llama.cpp tokenizes it: its tokenizer normalizes nothing.
 * Only such a stretch, never a whole prompt: a tokenizer takes special tokens out first, so that an accent behind
 * `<|im_end|>` must not melt into its last character.
 * Source: tokenizers 0.20, `AddedVocabulary::extract_and_normalize`.
 */
export function normalizeText(text: string, form: NormalizationForm): string {
  // To tables that do not know them the newer characters are like letters: nothing moves past them or melts into them.
  return text
    .split(NEWER)
    .map((part, index) => (index % 2 === 1 ? part : part.normalize(form)))
    .join("");
}
