import type { BackboneType } from "../model/architecture/backbone-type.js";
import { checkOf, type Check } from "./check.js";
import type { CheckpointPlan } from "../model/checkpoint/checkpoint-plan.js";
import { verifyPlannedTensors } from "./verify-tensors.js";
import { join } from "node:path";
import { proveHead } from "../score/head/load-head.js";
import type { RewardJson } from "../model/folder/reward-json.js";

/** Whether every tensor of the checkpoint has its place, and every value in the folder is the checkpoint's. */
export async function checkTensors(
  modelDir: string,
  reward: RewardJson,
  plan: CheckpointPlan,
  type: BackboneType,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const report = await verifyPlannedTensors(modelDir, reward, plan, { types: [type], signal });
  const { backboneTensors, headTensors, dropped, faults } = report;
  const findings = faults.map(({ file, kind, message }) => `${file}, ${kind}: ${message}`);
  const rules = [...new Set(dropped.map(({ rule }) => rule))];
  const left = dropped.length === 0 ? "" : `, ${dropped.length} left out (${rules.join("; ")})`;
  return checkOf("tensors", findings, {
    pass: `${backboneTensors.length} backbone and ${headTensors.length} head tensors compared, value by value${left}`,
    fail: `${findings.length} faults in tensors or metadata`,
  });
}

/** Whether the head can be loaded as scoring loads it: shapes, sizes, and every weight a finite number. */
export async function checkHead(modelDir: string, { head, headFile, backbone }: RewardJson): Promise<Check> {
  await proveHead(head, join(modelDir, headFile.file), backbone.hiddenSize);
  return checkOf("head", [], { pass: `the ${head.kind} head loads`, fail: "" });
}
