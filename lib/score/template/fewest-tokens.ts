import type { PromptSegment } from "./special-tokens.js";

/**
 * A lower bound of the tokens that segments become, from the most characters one token stands for: what cannot fit a context need
 * not be tokenized to know it.
 * @param ignored an added token that is not counted
 */
export function fewestTokens(
  segments: readonly PromptSegment[],
  longestToken: number,
  ignored: number | null,
): number {
  let count = 0;
  for (const segment of segments) {
    if (typeof segment === "number") count += Number(segment !== ignored);
    else count += Math.ceil(characters(segment) / longestToken);
  }
  return count;
}

/** Code points, surrogate pairs counted once. */
function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) count--;
  }
  return count;
}
