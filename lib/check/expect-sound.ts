import { CheckpointError } from "../errors.js";
import { compareBackbone, type BackboneComparison } from "./compare-backbone.js";

/**
 * Checks a backbone that was just made, before anybody can take it for a good one.
 * @throws CheckpointError `CONVERSION_FAILED` naming the first fault
 */
export async function expectSound(check: BackboneComparison): Promise<void> {
  const [fault, ...others] = await compareBackbone(check);
  if (fault === undefined) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more faults)`;
  throw new CheckpointError(
    "CONVERSION_FAILED",
    `The ${check.type} backbone does not agree with the checkpoint and was not kept: ${fault.message}${more}`,
    { details: { faults: [fault, ...others] } },
  );
}
