import { CheckpointError } from "../errors.js";
import type { TokenizerInfo } from "../model/tokenizer/tokenizer-info.js";

/**
 * Checks that a reference reads the policy's tokens as the same texts: it gets their ids.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED`
 */
export function expectSameTokens(reference: TokenizerInfo, policy: TokenizerInfo): void {
  const theirs = textsOf(reference);
  const ours = textsOf(policy);
  const id = ours.findIndex((text, index) => theirs[index] !== text);
  if (id < 0) return;
  const shown = (text: string | undefined): string =>
    text === undefined ? "no token" : JSON.stringify(text);
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `Policy and reference have other tokens: ${id} is ${shown(ours[id])} to the policy and ${shown(theirs[id])} to the reference. Their ` +
      "probabilities cannot be compared. Give the model that the policy was trained from.",
    { details: { token: id } },
  );
}

function textsOf({ metadata }: TokenizerInfo): readonly string[] {
  const tokens = metadata.get("tokenizer.ggml.tokens");
  return tokens?.type === "array" && tokens.of === "string" ? tokens.values : [];
}
