import { HeadLoadError } from "../../errors.js";
import { armormHead } from "./armorm-head.js";
import { attributeRegressionHead } from "./attribute-regression-head.js";
import { dpoHead } from "./dpo-head.js";
import { gatedAttributeHead } from "./gated-attribute-head.js";
import { classTokenHead } from "./class-token-head.js";
import type { HeadCandidates, HeadDefinition } from "./head.js";
import { labelDistributionHead } from "./label-distribution-head.js";
import { linearScoreHead } from "./linear-score-head.js";
import { logProbabilityHead } from "./log-probability-head.js";
import { logitHead } from "./logit-head.js";
import { openRlhfHead } from "./open-rlhf-head.js";
import { pairHead } from "./pair-head.js";
import { qrmHead } from "./qrm-head.js";
import { refuseProcessReward } from "./process-reward.js";
import { regressionHead } from "./regression-head.js";
import { rewardTokenHead } from "./reward-token-head.js";
import { safeRlhfHead } from "./safe-rlhf-head.js";
import { starlingHead } from "./starling-head.js";
import { stepLogitHead } from "./step-logit-head.js";
import { stepTokenHead } from "./step-token-head.js";
import { stepTwoLayerHead } from "./step-two-layer-head.js";
import { stepValidityHead } from "./step-validity-head.js";
import { stepValueHead } from "./step-value-head.js";
import { twoLayerScoreHead } from "./two-layer-score-head.js";
import { valueHead } from "./value-head.js";
import { droppingRule } from "./dropped-tensors.js";

/** Every head kind this build knows. A new one is a line here. */
export const HEADS: readonly HeadDefinition[] = [
  valueHead,
  linearScoreHead,
  gatedAttributeHead,
  regressionHead,
  starlingHead,
  rewardTokenHead,
  classTokenHead,
  openRlhfHead,
  safeRlhfHead,
  twoLayerScoreHead,
  attributeRegressionHead,
  armormHead,
  qrmHead,
  labelDistributionHead,
  pairHead,
  logitHead,
  logProbabilityHead,
  dpoHead,
  stepTwoLayerHead,
  stepValueHead,
  stepTokenHead,
  stepLogitHead,
  stepValidityHead,
];

/** A head found in a checkpoint: its definition, and its section of `reward.json`. */
export interface DetectedHead {
  definition: HeadDefinition;
  spec: { kind: string };
}

/**
 * Tells from tensor names and shapes which head a checkpoint has.
 * @throws HeadLoadError `HEAD_INVALID` no head, several, an incomplete one, or another one than the profile says;
 * `HEAD_MISMATCH` when its tensors are for another hidden size
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` a process reward model, and nothing says how its steps are scored
 */
export function detectHead(candidates: HeadCandidates): DetectedHead {
  const found: DetectedHead[] = [];
  const { process } = candidates;
  const isOfSteps = process !== undefined || isStepKind(candidates.profile?.kind);
  for (const definition of HEADS) {
    // The tensors of both may be the same: what they are called never makes a step's head an answer's.
    if ((definition.task === "steps") !== isOfSteps) continue;
    const spec = definition.detect(candidates);
    if (spec !== undefined) found.push({ definition, spec });
  }
  const [head, ...others] = found;
  const kinds = found.map(({ definition }) => definition.kind);
  if (head === undefined && process !== undefined) throw refuseProcessReward(process);
  if (head === undefined)
    throw new HeadLoadError("HEAD_INVALID", noHeadMessage(candidates), { details: { kinds } });
  if (others.length > 0) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The checkpoint has the tensors of ${found.length} heads: ` +
        found
          .map((each) => `${each.definition.kind} (${each.definition.tensorNames(each.spec).join(", ")})`)
          .join("; ") +
        ". Which one gives the reward cannot be told: remove the tensors of the other one from the checkpoint.",
      { details: { kinds } },
    );
  }
  const claimed = candidates.profile?.kind;
  if (claimed !== undefined && claimed !== head.definition.kind) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The profile says the head is ${claimed}, but the tensors are those of ${head.definition.kind}: ` +
        "this is another checkpoint than the profile's.",
      { details: { claimed, kinds } },
    );
  }
  refuseStrayTensors(head, candidates);
  return head;
}

/** Whether heads of this kind reward steps. */
export function isStepKind(kind: string | undefined): boolean {
  return HEADS.some((head) => head.kind === kind && head.task === "steps");
}

/** A tensor named like a part of the head, but unknown to its formula: the formula would be wrong, so nothing is scored. */
function refuseStrayTensors({ definition, spec }: DetectedHead, { tensors }: HeadCandidates): void {
  const used = new Set(definition.tensorNames(spec));
  const families = new Set([...used].map(family));
  const stray = [...tensors.keys()].filter(
    (name) => families.has(family(name)) && !used.has(name) && droppingRule(name) === undefined,
  );
  if (stray.length === 0) return;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `The head looks like ${definition.kind}, which has no ${stray.join(", ")}: this is another head, whose formula is not known.`,
  );
}

/** First part of a tensor's name: `v_head`, `score`, `gating`, … */
function family(name: string): string {
  return name.split(".", 1)[0] ?? name;
}

/**
 * The definition for a `reward.json` head section.
 * @throws HeadLoadError `HEAD_INVALID` for a kind this build does not know
 */
export function headDefinition(kind: string): HeadDefinition {
  const definition = HEADS.find((head) => head.kind === kind);
  if (definition !== undefined) return definition;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `Unknown head kind ${JSON.stringify(kind)}. This version knows ${HEADS.map((head) => head.kind).join(", ")}: ` +
      "update llama-reward, or convert the checkpoint again.",
  );
}

const LISTED_TENSORS = 20;

function noHeadMessage({ tensors, profile }: HeadCandidates): string {
  const names = [...tensors.keys()].sort();
  const more = names.length > LISTED_TENSORS ? ` and ${names.length - LISTED_TENSORS} more` : "";
  const leftover =
    names.length === 0
      ? "no tensor is left over"
      : `left over are ${names.slice(0, LISTED_TENSORS).join(", ")}${more}`;
  const claim = profile?.kind === undefined ? "" : ` The profile expects ${profile.kind}.`;
  // Source: ByteDance-Seed/Seed-X-7B RM_demo.py and issue 8, where its users get other scores than it shows.
  if (tensors.get("lm_head.weight")?.shape[0] === 1) {
    return (
      "No reward head known here: lm_head.weight has a single row, as Seed-X-RM's. Its published code does not give its published scores, " +
      "so how it is used is not known, and it is not scored."
    );
  }
  return (
    `No reward head found: beside the backbone, ${leftover}.${claim} A backbone without its head is never scored. ` +
    "Use the original checkpoint of the reward model (with v_head.*, score.*, regression_head.* or regression_layer.* tensors), " +
    'not its base model or a copy that lost them. A pair-preference model needs a profile with "head": "pair"; a language model trained ' +
    "by DPO needs its reference: convert --reference <hf-dir>."
  );
}
