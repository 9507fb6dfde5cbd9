import { Argument } from "commander";
import { InvalidArgumentError } from "../../errors.js";
import {
  BENCHMARK_NAMES,
  EVAL_FILES,
  runEval,
  saveCalibration,
  type BenchmarkName,
  type EvalOptions,
  type EvalSummary,
} from "../../eval/index.js";
import type { CliCommand } from "../arguments/command.js";
import { addEnsembleOptions } from "../arguments/ensemble-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import { addModelOptions, addOutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { addSplitOption, checkInput, INPUT_FORMS } from "../arguments/input.js";
import { printLine } from "../terminal/line-writer.js";
import { checkOutputFolder } from "../arguments/output.js";
import { resumable } from "../arguments/resumable.js";
import { table } from "../terminal/table.js";
import { withEnsemble } from "../arguments/with-model.js";
import type { EvalCommandOptions } from "../arguments/eval-options.js";
import { evaluateProcess, PROCESSBENCH, thresholdNumber } from "./eval-process.js";

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
      .option("--against <file>", "compare with other scores of the same records (McNemar's test)")
      .option(
        "--threshold <x>",
        "processbench: a step with a smaller reward counts as wrong (default: 0.5)",
        thresholdNumber,
      )
      .option("--resume", "continue a run that was interrupted")
      .option("--strict", "stop at the first bad record")
      .option("--save-calibration", "write the fitted temperature into reward.json, for compare");
    addSplitOption(command, "the one the benchmark publishes");
    addOutputOptions(addEnsembleOptions(addModelOptions(command)), "print summary.json").action(
      act(evaluate),
    );
  },
};

async function evaluate(
  io: CliIo,
  benchmark: string,
  modelDir: string | undefined,
  options: EvalCommandOptions,
): Promise<number> {
  if (modelDir === undefined && (options.scores === undefined || options.saveCalibration === true)) {
    throw new InvalidArgumentError(
      "Expected a model folder: only --scores without --save-calibration does without.",
    );
  }
  if (options.ensemble !== undefined && (options.scores !== undefined || modelDir === undefined))
    throw new InvalidArgumentError("--scores are scores already: leave --ensemble out.");
  if (options.ensemble !== undefined && options.saveCalibration === true)
    throw new InvalidArgumentError(
      "An ensemble has no reward.json to save a calibration in: leave out one of the two options.",
    );
  await checkInput("--data", options.data);
  if (options.scores !== undefined) await checkInput("--scores", options.scores);
  if (options.against !== undefined) await checkInput("--against", options.against);
  await checkOutputFolder(options.out);
  if (benchmark === PROCESSBENCH) return evaluateProcess(io, modelDir, options);
  if (options.threshold !== undefined)
    throw new InvalidArgumentError("--threshold is for processbench. Leave it out.");
  const run = evalOptions(benchmark as BenchmarkName, options, io);
  const summary =
    modelDir === undefined || options.scores !== undefined
      ? await runEval(run)
      : await resumable(io, options, () => evaluateModel(io, modelDir, run, options));
  if (modelDir !== undefined && options.saveCalibration === true) await saveCalibration(modelDir, summary);
  await printLine(
    io.stdout,
    options.json === true ? JSON.stringify(summary) : describe(summary, options.out),
  );
  return summary.records.failed + summary.records.bad > 0 ? EXIT.someFailed : EXIT.ok;
}

function evaluateModel(
  io: CliIo,
  modelDir: string,
  run: EvalOptions,
  options: EvalCommandOptions,
): Promise<EvalSummary> {
  return withEnsemble(modelDir, options, io, async (model, progress) => {
    const summary = await runEval({
      ...run,
      scorer: model,
      onProgress: ({ records, resumed, total }) => {
        progress.report({ phase: "score", unit: "records", done: resumed + records, total });
      },
    });
    const { requestedTokens, computedTokens } = model.stats;
    if (computedTokens > 0) {
      progress.note(
        `${requestedTokens} tokens asked for, ${computedTokens} computed: shared prefixes saved a factor of ` +
          `${(requestedTokens / computedTokens).toFixed(2)}.`,
      );
    }
    return summary;
  });
}

function evalOptions(benchmark: BenchmarkName, options: EvalCommandOptions, { signal }: CliIo): EvalOptions {
  const { data, out, scores, against, split, config, resume, strict } = options;
  return {
    benchmark,
    data,
    out,
    scores,
    against,
    split,
    config,
    resume,
    strict,
    signal,
  };
}

function describe(summary: EvalSummary, out: string): string {
  const { benchmark, average, sections, subsets, intervals, records } = summary;
  const parts = Object.keys(sections).length > 0 ? sections : subsets;
  const partIntervals = Object.keys(sections).length > 0 ? intervals.sections : intervals.subsets;
  const percent = (share: number | undefined): string => (100 * (share ?? Number.NaN)).toFixed(1);
  const row = (name: string, value: number, interval: readonly number[] | undefined): string[] => [
    name === "" ? "all" : name,
    percent(value),
    `${percent(interval?.[0])} to ${percent(interval?.[1])}`,
  ];
  const files = [
    EVAL_FILES.summary,
    EVAL_FILES.report,
    ...(benchmark.startsWith("rewardbench") ? [EVAL_FILES.rewardBench] : []),
  ];
  const lines = [
    table([
      ["", "percent", "95 % interval"],
      row("average", average, intervals.average),
      ...Object.entries(parts).map(([name, value]) => row(name, value, partIntervals[name])),
    ]),
    `${records.scored} records scored, ${records.failed} not scored (they count as wrong), ${records.bad} unreadable, ` +
      `${records.missing} without a score.`,
    `Results in ${out}: ${files.join(", ")}.`,
  ];
  return lines.join("\n");
}
