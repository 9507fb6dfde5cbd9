import {
  makePairs,
  renderPairsReport,
  type ChoosePairsOptions,
  type MakePairsResult,
} from "../../eval/index.js";
import type { RewardModel } from "../../model/reward-model.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { ModelOptions, OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { checkInput } from "../arguments/input.js";
import { printLine } from "../terminal/line-writer.js";
import { checkLateOutputFile, checkPairsOutput, REPORT } from "../arguments/output.js";
import type { ProgressDisplay } from "../terminal/progress.js";
import { resumable } from "../arguments/resumable.js";
import { writeWhole } from "../../util/files/write-whole.js";
import { withModel } from "../arguments/with-model.js";

interface PairsCommandOptions extends ModelOptions, OutputOptions {
  out: string;
  strategy: NonNullable<ChoosePairsOptions["strategy"]>;
  minMargin?: number;
  maxStd?: number;
  report?: string;
  split?: string;
  config?: string;
  resume?: true;
  strict?: true;
}

export async function pairs(
  io: CliIo,
  modelDir: string,
  input: string,
  options: PairsCommandOptions,
): Promise<number> {
  const { out, strategy, minMargin, maxStd, split, config, resume, strict, report } = options;
  await checkInput("INPUT", input);
  await checkPairsOutput(out);
  if (report !== undefined) await checkLateOutputFile(report, REPORT);
  const work = (scorer: RewardModel, progress: ProgressDisplay): Promise<MakePairsResult> =>
    makePairs({
      scorer,
      input,
      split,
      config,
      out,
      strategy,
      minMargin,
      maxStd,
      resume,
      strict,
      signal: io.signal,
      onProgress: (done, total) => {
        progress.report({ phase: "score", unit: "records", done, total });
      },
    });
  const result = await resumable(io, options, () => withModel(modelDir, options, io, work));
  if (report !== undefined) {
    const about = { input, out, split, config, result, command: io.commandLine, signal: io.signal };
    const page = await renderPairsReport(about);
    await writeWhole(report, page);
  }
  await printLine(io.stdout, options.json === true ? JSON.stringify(result) : describe(result, out));
  const failed = (result.leftOut.unreadable ?? 0) + (result.leftOut["not-scored"] ?? 0);
  return failed > 0 ? EXIT.someFailed : EXIT.ok;
}

function describe({ records, pairs: count, leftOut, leftOutFile }: MakePairsResult, out: string): string {
  const reasons = Object.entries(leftOut).map(([reason, times]) => `${reason} ${times}`);
  const rest =
    reasons.length === 0 ? "None left out." : `Left out: ${reasons.join(", ")}; see ${leftOutFile}.`;
  return `${count} pairs from ${records} records in ${out}. ${rest}`;
}
