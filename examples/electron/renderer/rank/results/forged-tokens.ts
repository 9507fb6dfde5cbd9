/** What the scorer says of a conversation that spells special tokens; it names the first of them. */
const WARNING =
  /^The messages spell special tokens, which count as those tokens: (?<names>.+?)(?<more> and \d+ more)?\. An answer/su;

/**
 * Special tokens that an answer spells, by the warnings of its score: it can end its own turn and write another's this way. Empty when
 * only the conversation before it spells them.
 */
export function forgedTokens(warnings: readonly string[], answer: string): string[] {
  const found = warnings
    .map((warning) => WARNING.exec(warning)?.groups)
    .find((groups) => groups !== undefined);
  if (found === undefined) return [];
  const names = (found["names"] ?? "").split(" ");
  const forged = names.filter((name) => name !== "" && answer.includes(name));
  // The list was cut: what is not named may be the answer's.
  return forged.length === 0 && found["more"] !== undefined ? [names[0] ?? ""] : forged;
}

/** Warnings that the page does not show in a place of their own. */
export const otherWarnings = (warnings: readonly string[]): string[] =>
  warnings.filter((warning) => !WARNING.test(warning));
