import type { AddedTokens } from "./added-tokens.js";
import type { PromptSpec } from "./prompt-spec.js";
import type { PromptSegment } from "./special-tokens.js";

/**
 * Makes a text end as the published usage makes it end, and splits it at its added tokens. With an ending, the last segment is its
 * token: the one that the text spells itself, or a new one.
 * @param text what an author wrote in it may be masked, so that only the template's own spelling counts
 */
export function endText(
  text: string,
  ending: PromptSpec["ending"],
  added: Pick<AddedTokens, "split">,
): { text: string; segments: PromptSegment[] } {
  if (ending === undefined) return { text, segments: added.split(text) };
  const stripped = withoutEnd(text, ending.strip);
  const segments = added.split(stripped);
  if (segments.at(-1) === ending.token) return { text: stripped, segments };
  const separated = stripped + ending.separator;
  return { text: separated, segments: [...added.split(separated), ending.token] };
}

/** Without the characters at the end that are among some, as Python's `rstrip`. */
function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
