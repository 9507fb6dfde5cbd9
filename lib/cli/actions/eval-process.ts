import { InvalidArgumentError } from "../../errors.js";
import { EVAL_FILES, runProcessBench, type ProcessBenchSummary } from "../../eval/index.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { resumable } from "../arguments/resumable.js";
import { table } from "../terminal/table.js";
import { withModel } from "../arguments/with-model.js";
import type { EvalCommandOptions } from "../arguments/eval-options.js";

/** `eval processbench [<model-dir>]`. */
export async function evaluateProcess(
  io: CliIo,
  modelDir: string | undefined,
  options: EvalCommandOptions,
): Promise<number> {
  const other = (["against", "saveCalibration", "ensemble"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (other !== undefined)
    throw new InvalidArgumentError(
      `${OTHER_OPTIONS[other]} is for benchmarks of chosen and rejected answers. Leave it out.`,
    );
  const { data, out, scores, split, config, resume, strict, threshold } = options;
  const run = {
    data,
    out,
    scores,
    split,
    config,
    resume,
    strict,
    threshold,
    command: io.commandLine,
    signal: io.signal,
  };
  const summary =
    modelDir === undefined || scores !== undefined
      ? await runProcessBench(run)
      : await resumable(io, options, () =>
          withModel(modelDir, options, io, (model, progress) =>
            runProcessBench({
              ...run,
              scorer: model,
              onProgress: ({ records, resumed, total }) => {
                progress.report({ phase: "score", unit: "records", done: resumed + records, total });
              },
            }),
          ),
        );
  await printLine(io.stdout, options.json === true ? JSON.stringify(summary) : describe(summary, out));
  return summary.records.failed + summary.records.bad > 0 ? EXIT.someFailed : EXIT.ok;
}

const OTHER_OPTIONS = {
  against: "--against",
  saveCalibration: "--save-calibration",
  ensemble: "--ensemble",
} as const;

function describe({ average, subsets, intervals, records }: ProcessBenchSummary, out: string): string {
  const percent = (share: number | null | undefined): string =>
    typeof share === "number" && Number.isFinite(share) ? (100 * share).toFixed(1) : "-";
  const range = (interval: readonly number[] | undefined): string =>
    `${percent(interval?.[0])} to ${percent(interval?.[1])}`;
  return [
    table([
      ["", "F1", "95 % interval", "wrong ones", "right ones"],
      ["average", percent(average), range(intervals.average), "", ""],
      ...Object.entries(subsets).map(([name, { error, correct, f1 }]) => [
        name === "" ? "all" : name,
        percent(f1),
        range(intervals.f1[name]),
        percent(error),
        percent(correct),
      ]),
    ]),
    `${records.scored} solutions scored, ${records.failed} not scored (they count as wrong), ${records.bad} unreadable, ` +
      `${records.missing} without a score.`,
    `Results in ${out}: ${EVAL_FILES.summary}, ${EVAL_FILES.report}.`,
  ].join("\n");
}
