import path from "node:path";
import { InvalidArgumentError } from "../errors.js";
import { askedHead, ASKED_HEADS, type AskedHead } from "../model/checkpoint/asked-head.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import { REDUCTIONS, type Reduction } from "../score/head/reduce.js";
import type { HeadProfile } from "../score/head/head-profile.js";
import type { Progress } from "../score/score.js";
import { findBase } from "./find-base.js";

/** What may be asked of a causal language model: that its probabilities are the reward. */
export interface HeadOptions {
  /**
   * `log-probability`: the log-probability of an answer; `dpo`: `beta` times how much larger it is than the reference's, the implicit
   * reward of a model trained by direct preference optimization. Default: the head that the checkpoint has, or with a `reference` `dpo`.
   */
  head?: AskedHead | undefined;
  /** For `dpo`: the model before training, a folder or `owner/name` on the Hub. */
  reference?: string | undefined;
  /** Revision of a reference on the Hub. Default `main`. */
  referenceRevision?: string | undefined;
  /** For `dpo`: the beta of its training, which checkpoints do not say. Default 1: the order of answers does not depend on it. */
  beta?: number | undefined;
  /** For `log-probability`: how those of the tokens become one number. Default `sum`. */
  reduction?: Reduction | undefined;
}

/**
 * The head that is asked for, as a profile would say it.
 * @throws InvalidArgumentError options that do not belong together
 */
export function checkHeadOptions({ head, reference, beta, reduction }: HeadOptions): HeadProfile | undefined {
  const kind = head ?? (reference === undefined ? undefined : "dpo");
  if (kind !== undefined && !ASKED_HEADS.includes(kind))
    throw new InvalidArgumentError(`Expected ${ASKED_HEADS.join(" or ")} for the head but received ${kind}.`);
  if ((kind === "dpo") !== (reference !== undefined)) {
    throw new InvalidArgumentError(
      kind === "dpo"
        ? "Expected a reference for a dpo head: the model before training, a folder or owner/name on the Hub. Without one there is " +
            "log-probability."
        : `Expected no reference for a ${kind ?? ""} head. Leave the reference out, or ask for dpo.`,
    );
  }
  if (beta !== undefined && (kind !== "dpo" || !(beta > 0 && beta < Infinity)))
    throw new InvalidArgumentError(`Expected a positive beta, for a dpo head, but received ${beta}.`);
  if (reduction !== undefined && (kind !== "log-probability" || !REDUCTIONS.includes(reduction))) {
    throw new InvalidArgumentError(
      `Expected ${REDUCTIONS.join(", ")} for the reduction of a log-probability head but received ${reduction}.`,
    );
  }
  return kind === undefined ? undefined : askedHead({ kind, beta, reduction });
}

/** What to convert the reference with. */
interface ReferenceOptions {
  head: "log-probability";
  hubId?: string;
  revision?: string;
}

/**
 * Converts the reference, where there is one.
 * @param convert makes its model folder
 * @returns what `reward.json` says of it
 */
export async function convertReference(
  {
    reference,
    referenceRevision: revision,
    signal,
    onProgress,
  }: HeadOptions & {
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
  },
  convert: (directory: string, options: ReferenceOptions) => Promise<RewardJson>,
): Promise<RewardJson["reference"]> {
  if (reference === undefined) return undefined;
  const found = await findBase(reference, { revision, signal, onProgress }, "reference");
  const { hubId, revision: commit, directory } = found;
  const { source } = await convert(directory, {
    head: "log-probability",
    ...(hubId === null ? {} : { hubId }),
    ...(commit === null ? {} : { revision: commit }),
  });
  return { name: hubId ?? path.basename(path.resolve(directory)), revision: commit, files: source.files };
}
