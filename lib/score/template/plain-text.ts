import type { PromptSegment } from "./special-tokens.js";
import { prepareStretch, type TextRules } from "./text-rules.js";

/**
 * Applies a tokenizer's rules to the text segments of a prompt.
 * @param textOf spelling of a special token
 */
export function preparePlainText(
  segments: readonly PromptSegment[],
  rules: TextRules,
  textOf: (id: number) => string | undefined,
): PromptSegment[] {
  const tokenAt = (index: number): string | undefined => {
    const segment = segments[index];
    return typeof segment === "number" ? textOf(segment) : undefined;
  };
  return segments
    .map((segment, index) =>
      typeof segment === "number"
        ? segment
        : prepareStretch(segment, rules, {
            isFirst: index === 0,
            tokenBefore: tokenAt(index - 1),
            tokenAfter: tokenAt(index + 1),
          }),
    )
    .filter((segment) => segment !== "");
}
