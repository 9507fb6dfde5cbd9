import { InvalidArgumentError } from "../../errors.js";
import {
  runEval,
  saveCalibration,
  type BenchmarkName,
  type EvalOptions,
  type EvalSummary,
} from "../../eval/index.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { checkInput } from "../arguments/input.js";
import { printLine, printStyled } from "../terminal/line-writer.js";
import { tell } from "../terminal/printable.js";
import { checkOutputFolder } from "../arguments/output.js";
import { resumable } from "../arguments/resumable.js";
import { withEnsemble } from "../arguments/with-model.js";
import { PROCESSBENCH, type EvalCommandOptions } from "../arguments/eval-options.js";
import { calibrationText, evalText } from "./eval-text.js";
import { evaluateProcess } from "./eval-process.js";

export async function evaluate(
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
  for (const scores of options.against ?? []) await checkInput("--against", scores);
  await checkOutputFolder(options.out);
  if (benchmark === PROCESSBENCH) return evaluateProcess(io, modelDir, options);
  if (options.threshold !== undefined)
    throw new InvalidArgumentError("--threshold is for processbench. Leave it out.");
  const run = evalOptions(benchmark as BenchmarkName, options, io);
  const summary =
    modelDir === undefined || options.scores !== undefined
      ? await runEval(run)
      : await resumable(io, options, () => evaluateModel(io, modelDir, run, options));
  const saved = modelDir !== undefined && options.saveCalibration === true;
  if (saved) await saveCalibration(modelDir, summary);
  if (options.json === true) {
    await printLine(io.stdout, JSON.stringify(summary));
    if (saved && options.quiet !== true) tell(io.stderr, calibrationText(summary, modelDir));
  } else {
    const lines = [
      evalText(summary, options.out, io.isStdoutColored),
      ...(saved ? [calibrationText(summary, modelDir)] : []),
    ];
    await printStyled(io.stdout, lines.join("\n"));
  }
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

function evalOptions(
  benchmark: BenchmarkName,
  options: EvalCommandOptions,
  { signal, commandLine }: CliIo,
): EvalOptions {
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
    command: commandLine,
    signal,
  };
}
