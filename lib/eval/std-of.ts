import { InvalidArgumentError } from "../errors.js";

/** The standard deviation of a score, for what cannot do without. @throws InvalidArgumentError the head predicts none */
export function stdOf({ std }: { std?: number | undefined }): number {
  if (std !== undefined) return std;
  throw new InvalidArgumentError(
    "This model predicts no uncertainty (its scores have no std). Leave out the penalty and the maximum std, or use a model " +
      "with an uncertainty-aware head such as URM.",
  );
}
