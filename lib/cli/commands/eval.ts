import { Argument } from "commander";
import { BENCHMARK_NAMES } from "../../eval/metrics/names.js";
import type { CliCommand } from "../arguments/command.js";
import { addEnsembleOptions } from "../arguments/ensemble-options.js";
import {
  addModelOptions,
  addOutputOptions,
  collect,
  addSplitOption,
  INPUT_FORMS,
} from "../arguments/command-options.js";
import { PROCESSBENCH } from "../arguments/eval-options.js";
import { finiteNumber } from "../arguments/numbers.js";

/** `eval <benchmark> [<model-dir>]`: RewardBench 1 and 2, RM-Bench, or any file of pairs. */
export const evalCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("eval")
      .summary("measure a model on RewardBench, RewardBench 2, RM-Bench, ProcessBench or your own pairs")
      .description(
        "Scores a benchmark and computes exactly what the original computes. The --out folder gets scores.jsonl, " +
          "summary.json, report.html and, for RewardBench, the result file its leaderboard reads.",
      )
      .addArgument(new Argument("<benchmark>", "which benchmark").choices([...BENCHMARK_NAMES, PROCESSBENCH]))
      .argument("[model-dir]", "model folder made by convert or pull, or a Hub id; not needed with --scores")
      .requiredOption("--data <path>", `the benchmark: ${INPUT_FORMS}`)
      .requiredOption("--out <dir>", "folder for the results")
      .option("--scores <file>", "recompute from these scores, matched by id, instead of scoring")
      .option(
        "--against <file>",
        "compare with other scores of the same records, or the folder of a run; give it once for each run",
        collect<string>,
      )
      .option(
        "--threshold <x>",
        "processbench: a step with a smaller reward counts as wrong (default: 0.5)",
        finiteNumber,
      )
      .option("--resume", "continue a run that was interrupted")
      .option("--strict", "stop at the first bad record")
      .option("--save-calibration", "write the fitted temperature into reward.json, for compare");
    addSplitOption(command, "the one the benchmark publishes");
    addOutputOptions(addEnsembleOptions(addModelOptions(command)), "print summary.json").action(
      act(async () => (await import("../actions/eval.js")).evaluate),
    );
  },
};
