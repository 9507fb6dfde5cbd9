import type { HeadCandidates } from "./head.js";
import { linearLayer } from "./linear-stack.js";
import { scalarHead } from "./scalar-head.js";
import { namesClass } from "./step-head.js";

/** Athene's class, and what its config.json calls it. */
const CLASSES = ["AtheneForSequenceClassification", "CustomAutoModelForSequenceClassification"];

/**
 * Athene's value head: `v_head.weight`, one row without bias, at the tokenizer's `cls_token`, which the published usage appends to the
 * rendered template before it tokenizes with special tokens. The config names a class of its own: the same tensor is Starling's, too.
 * Source: allenai/reward-bench 98cda4a8 `rewardbench/models/athene.py`; model card of Nexusflow/Athene-RM-8B.
 */
export const classTokenHead = scalarHead({
  kind: "class-token",
  description: "value head of one linear row, at a class token appended to every input (Athene)",
  usage: { addSpecialTokens: true, position: "last", ending: { token: "cls" } },
  findLayers: (candidates) =>
    candidates.tensors.has("v_head.weight") && hasClassToken(candidates)
      ? [linearLayer(candidates.tensors, "v_head")]
      : [],
});

/** Whether a row `v_head.weight` belongs to the tokenizer's class token: the same tensor in other models is read elsewhere. */
export function hasClassToken(candidates: HeadCandidates): boolean {
  return candidates.profile?.kind === "class-token" || CLASSES.some((name) => namesClass(candidates, name));
}
