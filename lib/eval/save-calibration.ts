import { InvalidArgumentError } from "../errors.js";
import { lockModelFolder } from "../model/folder/folder-lock.js";
import { readRewardJson } from "../model/folder/read-reward-json.js";
import { writeRewardJson } from "../model/folder/write-reward-json.js";
import type { EvalSummary } from "./analysis/summary.js";

/**
 * Writes a fitted temperature into a model folder's `reward.json`, where `compare` finds it.
 * @throws InvalidArgumentError the run fitted none; says why
 * @throws ModelLoadError, FileError
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { runEval, saveCalibration } from "llama-reward/eval";
 *
 * const model = await RewardModel.load("models/grm");
 * const summary = await runEval({ benchmark: "pairs", data: "pairs.jsonl", out: "results", scorer: model });
 * await model.dispose();
 * const fit = summary.calibration?.fit;
 * if (fit !== undefined && "temperature" in fit) await saveCalibration("models/grm", summary);
 * ```
 */
export async function saveCalibration(modelDir: string, { calibration }: EvalSummary): Promise<void> {
  const fit = calibration?.fit ?? { reason: "the records are no plain pairs" };
  if ("reason" in fit) throw new InvalidArgumentError(`There is no temperature to save: ${fit.reason}.`);
  const { temperature, fittedPairs } = fit;
  await readRewardJson(modelDir);
  const lock = await lockModelFolder(modelDir, true);
  try {
    const reward = await readRewardJson(modelDir);
    await writeRewardJson(modelDir, { ...reward, calibration: { temperature, pairs: fittedPairs } });
  } finally {
    await lock.release();
  }
}
