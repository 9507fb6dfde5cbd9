import { ConversationError } from "../../errors.js";

/** What to do with a prompt longer than the context. */
export type Truncation = "error" | "left" | "right";

/** Tokens of one prompt by where they come from: only those of the text may be cut. */
export interface PromptTokens {
  /** Added in front by the tokenizer. */
  prefix: readonly number[];
  /** Tokens of the rendered template. */
  body: Int32Array;
  /** Added behind by the tokenizer or by the model's usage. */
  suffix: readonly number[];
}

/**
 * Joins a prompt's tokens, cut to `limit` when asked for: `left` drops the oldest tokens but keeps the leading BOS, `right`
 * drops the newest ones of the text. Added tokens are never cut.
 * @returns the tokens, and how many were cut
 * @throws ConversationError `CONVERSATION_TOO_LONG`
 */
export function joinAndTruncate(
  { prefix, body, suffix }: PromptTokens,
  limit: number,
  truncation: Truncation,
  bosToken: number | null,
): { tokens: Int32Array; truncatedTokens: number } {
  const count = prefix.length + body.length + suffix.length;
  const excess = Math.max(0, count - limit);
  const leading = leadingRun(body, bosToken);
  if (excess > 0 && (truncation === "error" || excess > body.length - leading)) {
    throw tooLong(count, limit);
  }
  const kept =
    truncation === "left"
      ? [body.subarray(0, leading), body.subarray(leading + excess)]
      : [body.subarray(0, body.length - excess)];
  return { tokens: concatenate([prefix, ...kept, suffix]), truncatedTokens: excess };
}

/** The error for a prompt of more tokens than the limit. @param quantifier goes before the counts that are bounds: "at least " */
export function tooLong(tokenCount: number, limit: number, quantifier = ""): ConversationError {
  const excess = tokenCount - limit;
  return new ConversationError(
    "CONVERSATION_TOO_LONG",
    `The prompt has ${quantifier}${tokenCount} tokens, ${excess} more than the context of ${limit}. ` +
      "Raise the context length (--context), or allow truncation (--truncate left or right).",
    { details: { tokenCount, limit, excess } },
  );
}

/** One array of all parts' tokens. */
export function concatenate(parts: readonly ArrayLike<number>[]): Int32Array {
  const whole = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** How many tokens at the start are `token`. */
export function leadingRun(tokens: ArrayLike<number>, token: number | null): number {
  let count = 0;
  while (count < tokens.length && tokens[count] === token) count++;
  return count;
}
