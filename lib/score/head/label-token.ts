import { HeadLoadError } from "../../errors.js";

/**
 * The id of a label that a profile names.
 * @throws HeadLoadError `HEAD_INVALID` when the vocabulary has no token with exactly this text
 */
export function labelToken(
  label: string,
  tokenId: ((text: string) => number | undefined) | undefined,
): number {
  const id = tokenId?.(label);
  if (id !== undefined) return id;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `The label ${JSON.stringify(label)} is not one token of the checkpoint's vocabulary. Correct "labels" in the profile.`,
  );
}
