import { ConversationError, InvalidArgumentError } from "../../errors.js";

/** One token list, and the places in it whose hidden state is wanted. */
export interface HiddenRequest {
  tokens: Int32Array;
  /** Indices into `tokens`, strictly ascending, at least one. */
  positions: readonly number[];
  /** Whether a later call is expected to go on from the last position: it is kept as long as there is room. */
  isGrowing?: boolean;
}

/**
 * Checks requests before anything is computed, and cuts each list after its last wanted position: later tokens cannot
 * change a hidden state before them.
 * @param contextLength KV cells: the longest list that can be computed.
 * @throws InvalidArgumentError empty list, positions that are missing, out of range or not ascending
 * @throws ConversationError `CONVERSATION_TOO_LONG`
 */
export function checkRequests(requests: readonly HiddenRequest[], contextLength: number): HiddenRequest[] {
  return requests.map(({ tokens, positions, isGrowing = false }, index) => {
    let previous = -1;
    for (const position of positions) {
      if (!Number.isInteger(position) || position <= previous || position >= tokens.length) {
        throw new InvalidArgumentError(
          `Expected ascending positions below ${tokens.length} for request ${index} but received [${positions.join(", ")}].`,
        );
      }
      previous = position;
    }
    if (previous < 0) {
      throw new InvalidArgumentError(
        `Expected at least one token and one position for request ${index} but received ${tokens.length} tokens and no position.`,
      );
    }
    const needed = previous + 1;
    if (needed > contextLength) {
      throw new ConversationError(
        "CONVERSATION_TOO_LONG",
        `The conversation has ${needed} tokens, ${needed - contextLength} more than the context of ${contextLength}. ` +
          "Shorten it, ask for truncation, or load the model with a larger context.",
        { details: { tokens: needed, limit: contextLength, request: index } },
      );
    }
    return { tokens: tokens.subarray(0, needed), positions, isGrowing };
  });
}
