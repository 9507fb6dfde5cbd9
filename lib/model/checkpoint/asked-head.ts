import { InvalidArgumentError } from "../../errors.js";
import type { HeadProfile } from "../../score/head/head-profile.js";
import type { Profile } from "../profile/profile.js";

/** A kind of head that any causal language model has, and that only who asks for it gets. */
export type AskedHead = "log-probability" | "dpo";
/** All of them. */
export const ASKED_HEADS: readonly AskedHead[] = ["log-probability", "dpo"];

/** Whether a head's kind is one of {@link ASKED_HEADS}. */
export function isAskedHead(kind: string | undefined): kind is AskedHead {
  return ASKED_HEADS.some((known) => known === kind);
}

/**
 * What a section of `reward.json` says that was asked for when it was made.
 * @returns undefined for heads that a checkpoint has itself
 */
export function askedHead(section: Readonly<Record<string, unknown>>): HeadProfile | undefined {
  const { kind, reduction, beta } = section as HeadProfile;
  if (!isAskedHead(kind)) return undefined;
  return { kind, ...(reduction === undefined ? {} : { reduction }), ...(beta === undefined ? {} : { beta }) };
}

/** The head section of a profile, with what was asked for. @throws InvalidArgumentError the profile says that the model has another head */
export function withAskedHead(
  profile: Profile | undefined,
  asked: HeadProfile | undefined,
): HeadProfile | undefined {
  if (asked === undefined) return profile?.head;
  const known = profile?.head.kind;
  if (known === undefined || known === asked.kind) return { ...profile?.head, ...asked };
  throw new InvalidArgumentError(
    `Expected a causal language model for a ${asked.kind} head but the profile ${profile?.name ?? ""} says that this one has a ${known} ` +
      "head. Leave the head out.",
  );
}
