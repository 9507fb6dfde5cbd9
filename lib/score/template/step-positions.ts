import { ConversationError } from "../../errors.js";

/**
 * The last token of every place where the mark stands.
 * @param mark tokens of `text`
 * @throws ConversationError `CONVERSATION_INVALID`: it does not stand there once for every step, because a text of the
 * conversation spells it
 */
export function markedPositions(tokens: Int32Array, mark: Int32Array, steps: number, text: string): number[] {
  const positions: number[] = [];
  for (let start = 0; mark.length > 0 && start + mark.length <= tokens.length; start++) {
    if (!mark.every((token, offset) => tokens[start + offset] === token)) continue;
    positions.push(start + mark.length - 1);
    start += mark.length - 1;
  }
  if (positions.length === steps) return positions;
  throw new ConversationError(
    "CONVERSATION_INVALID",
    `The input has ${JSON.stringify(text)}, where this model's steps are scored, ${positions.length} times for ${steps} steps: the ` +
      "question or a step spells it. Take it out there.",
    { details: { mark: text, found: positions.length, steps } },
  );
}

/**
 * The last token of each piece.
 * @param lengths tokens of all pieces, in order
 * @param ends places of the pieces in `lengths`
 * @param offset what lies in front of the first piece, less what was taken from it
 */
export function piecePositions(
  lengths: readonly number[],
  ends: readonly number[],
  offset: number,
): number[] {
  const positions: number[] = [];
  let end = offset;
  const wanted = new Set(ends);
  for (const [index, length] of lengths.entries()) {
    end += length;
    if (wanted.has(index)) positions.push(end - 1);
  }
  return positions;
}
