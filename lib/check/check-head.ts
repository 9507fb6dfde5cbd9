import { join } from "node:path";
import { proveHead } from "../score/head/prove-head.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import { checkOf, type Check } from "./check.js";

/** Whether the head can be loaded as scoring loads it: shapes, sizes, and every weight a finite number. */
export async function checkHead(modelDir: string, { head, headFile, backbone }: RewardJson): Promise<Check> {
  await proveHead(head, join(modelDir, headFile.file), backbone.hiddenSize);
  return checkOf("head", [], { pass: `the ${head.kind} head loads`, fail: "" });
}
