import { CheckpointError } from "../errors.js";
import { checkBackbone, type BackboneCheck } from "./check-backbone.js";

/**
 * Checks a backbone that was just made, before anybody can take it for a good one.
 * @throws CheckpointError `CONVERSION_FAILED` naming the first fault
 */
export async function expectSound(check: BackboneCheck): Promise<void> {
  const [fault, ...others] = await checkBackbone(check);
  if (fault === undefined) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more faults)`;
  throw new CheckpointError(
    "CONVERSION_FAILED",
    `The ${check.type} backbone does not agree with the checkpoint and was not kept: ${fault.message}${more}`,
    { details: { faults: [fault, ...others] } },
  );
}
