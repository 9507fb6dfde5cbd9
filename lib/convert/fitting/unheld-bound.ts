import { CheckpointError } from "../../errors.js";
import type { FittedJob } from "./fitted-job.js";

/** A bound on errors that no mixture of types holds. @param least the largest error of the best that was tried */
export function tooLargeAnError(
  { type, maxSize }: Pick<FittedJob, "type" | "maxSize">,
  maxError: number,
  least: number,
): CheckpointError {
  const found = `rewards are off by up to ${least.toPrecision(2)} standard deviations at best, more than ${maxError}`;
  return maxSize === undefined
    ? new CheckpointError(
        "CONVERSION_FAILED",
        `${type} holds this bound on these records only with nearly every matrix in 16 bits: ${found}. Use a larger bound, or f16.`,
      )
    : new CheckpointError(
        "CONVERSION_FAILED",
        `Within ${maxSize} of the size in 16 bits ${type} does not hold this bound on these records: ${found}. Use a larger size or bound.`,
      );
}
