import { createHash } from "node:crypto";
import { canonicalJson } from "../../formats/json/canonical-json.js";
import type { RewardJson } from "./reward-json.js";

/**
 * SHA-256, in hexadecimal, of the part of `reward.json` that decides about scores: what the backbone is, the head's section, how
 * prompts are made, the reference, the temperature. Names, sources, notes and the list of files are no part of it, nor is the order of keys.
 */
export function scoringChecksum({ backbone, head, prompt, reference, calibration }: RewardJson): string {
  const { architecture, hiddenSize, layerCount, vocabSize, contextLength, defaultType } = backbone;
  const facts = { architecture, hiddenSize, layerCount, vocabSize, contextLength, defaultType };
  return createHash("sha256")
    .update(canonicalJson({ backbone: facts, head, prompt, ...(reference && { reference }), calibration }))
    .digest("hex");
}
