import { InvalidArgumentError as InvalidOption, Option } from "commander";
import { makePairs, type ChoosePairsOptions, type MakePairsResult } from "../../eval/index.js";
import type { RewardModel } from "../../model/reward-model.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  type ModelOptions,
  type OutputOptions,
} from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { addSplitOption, checkInput, INPUT_FORMS } from "../arguments/input.js";
import { printLine } from "../terminal/line-writer.js";
import { checkOutputFile } from "../arguments/output.js";
import type { ProgressDisplay } from "../terminal/progress.js";
import { resumable } from "../arguments/resumable.js";
import { withModel } from "../arguments/with-model.js";

interface PairsCommandOptions extends ModelOptions, OutputOptions {
  out: string;
  strategy: NonNullable<ChoosePairsOptions["strategy"]>;
  minMargin?: number;
  maxStd?: number;
  split?: string;
  config?: string;
  resume?: true;
  strict?: true;
}

/** `pairs <model-dir> INPUT --out FILE`: preference pairs for DPO from candidates. */
export const pairsCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("pairs")
      .summary("make preference pairs for DPO from candidates")
      .description(
        "Scores records with several candidates and writes {prompt, chosen, rejected} as TRL's DPOTrainer reads them. " +
          "Records without a pair are listed in <out>.left-out.jsonl with the reason. Scores are kept in " +
          "<out>.scores.jsonl: with --resume nothing is scored twice.",
      )
      .argument("<model-dir>", "model folder made by convert or pull, or a Hub id")
      .argument("<INPUT>", `records {prompt, responses}: ${INPUT_FORMS}`)
      .requiredOption("--out <file>", "where to write the pairs: .jsonl, .jsonl.gz or .parquet")
      .addOption(
        new Option("--strategy <name>", "best against worst, or every two candidates far enough apart")
          .choices(["best-worst", "all"])
          .default("best-worst"),
      )
      .option("--min-margin <x>", "smallest difference of the rewards", nonNegativeNumber)
      .option(
        "--max-std <x>",
        "leave out candidates with a larger std (models that predict one)",
        nonNegativeNumber,
      )
      .option("--resume", "continue a run that was interrupted, or choose again from its scores")
      .option("--strict", "stop at the first bad record");
    addSplitOption(command);
    addOutputOptions(addModelOptions(command), "print the counts as one JSON object").action(act(pairs));
  },
};

async function pairs(
  io: CliIo,
  modelDir: string,
  input: string,
  options: PairsCommandOptions,
): Promise<number> {
  const { out, strategy, minMargin, maxStd, split, config, resume, strict } = options;
  await checkInput("INPUT", input);
  await checkOutputFile(out);
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

function nonNegativeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidOption("Expected a number from 0.");
  return value;
}
