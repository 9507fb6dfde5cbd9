import type { BackboneType } from "../architecture/backbone-type.js";
import { createHash } from "node:crypto";
import { canonicalJson } from "../../formats/json/canonical-json.js";
import type { RewardJson } from "./reward-json.js";

/**
 * Tells models apart by what their rewards depend on, whatever they and their folders are called: the recorded checksums of the
 * backbone of this type and of the head, how the head is applied, how a prompt is made.
 * @returns SHA-256, hexadecimal
 */
export function modelFingerprint(reward: RewardJson, type: BackboneType): string {
  const { backbone, head, headFile, prompt } = reward;
  const parts = {
    backbone: backbone.files[type]?.sha256,
    contextLength: backbone.contextLength,
    headFile: headFile.sha256,
    head,
    prompt,
  };
  return createHash("sha256").update(canonicalJson(parts)).digest("hex");
}

/** Of a model whose rewards depend on a second one, too. */
export function pairFingerprint(own: string, reference: string): string {
  return createHash("sha256").update(canonicalJson({ own, reference })).digest("hex");
}
