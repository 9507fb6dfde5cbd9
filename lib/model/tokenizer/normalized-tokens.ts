import { unsupported } from "./checkpoint-json.js";
import { changesText, type Normalization } from "./normalizer.js";
import type { AddedToken } from "./tokenizer-json.js";

/**
 * Refuses tokens for which it makes a difference that the tokenizers library looks for them in the normalized text, after all others:
 * here all are looked for in the raw text, at once.
 * - Where the normalizer changes the token or puts something in front of it, `</s>` behind a letter is none, and text behind one
 *   gets no space of its own.
 * - Where it marks spaces, there is no white space left that such a token could swallow.
 * - Where such a token and one of raw text overlap, the latter is taken first even if it begins later.
 *
 * Source: tokenizers 0.22.2, `AddedVocabulary::extract_and_normalize`.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED`
 */
export function refuseNormalizedTokens(
  tokens: readonly AddedToken[],
  normalization: Normalization,
  file: string,
): void {
  const raw = new Set(tokens.filter(({ normalized }) => !normalized).map(({ content }) => content));
  const rawBeginnings = new Set([...raw].flatMap((text) => beginnings(text)));
  const isOtherwise = ({ content, lstrip, rstrip }: AddedToken): boolean =>
    changesText(normalization, content) ||
    (normalization.marksSpaces && (lstrip || rstrip)) ||
    endings(content).some(
      (ending, index) =>
        (index > 0 && rawBeginnings.has(ending)) || beginnings(ending).some((part) => raw.has(part)),
    );
  const texts = tokens
    .filter((token) => token.normalized && isOtherwise(token))
    .map(({ content }) => JSON.stringify(content));
  if (texts.length === 0) return;
  throw unsupported(
    `${file}: ${texts.length} added tokens (${texts.slice(0, 3).join(", ")}) have "normalized": true and are looked for in the ` +
      "normalized text, llama.cpp looks in the raw text. If the model was not trained on that, save the tokenizer anew: load it " +
      "with transformers' AutoTokenizer and from_slow=True, then save_pretrained.",
  );
}

/** The first n characters of a text, for every n from 1 to all. */
function beginnings(text: string): string[] {
  return Array.from(text, (_, index) => text.slice(0, index + 1));
}

function endings(text: string): string[] {
  return Array.from(text, (_, index) => text.slice(index));
}
