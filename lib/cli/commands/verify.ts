import { BACKBONE_TYPES, type BackboneType } from "../../model/architecture/backbone-type.js";
import { verifyModel, type Check, type VerifyOptions, type VerifyReport } from "../../check/index.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addOutputOptions,
  deviceOption,
  typeOption,
  type OutputOptions,
} from "../arguments/command-options.js";
import { positiveInteger } from "../arguments/numbers.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { table } from "../terminal/table.js";
import { checkInput } from "../arguments/input.js";
import { RewardModel } from "../../index.js";
import { verifyRewards, type RewardComparison } from "../../eval/index.js";

interface VerifyCommandOptions extends OutputOptions {
  against?: string;
  base?: string;
  reference?: string;
  type?: BackboneType;
  device?: VerifyOptions["device"];
  threads?: number;
  scores?: string;
}

/** `verify <model-dir>`: proves that a model folder is what its checkpoint says. */
export const verifyCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("verify")
      .summary("prove that a model folder equals its checkpoint")
      .description(
        "Checks a model folder on this machine: checksums of its files, reward.json and every tensor against the " +
          "checkpoint, tokens against an independent tokenizer, scores against published ones. Exit status 1 when a check fails, " +
          "or when rewards of --scores differ by more than bfloat16 explains.",
      )
      .argument("<model-dir>", "model folder made by convert or pull")
      .option("--against <hf-dir>", "checkpoint folder (default: the Hub cache's copy, if it is there)")
      .option(
        "--scores <path>",
        "published rewards to compare with: records of one conversation each, with its reward",
      )
      .option("--base <dir>", "folder of the base, where the checkpoint is an adapter of PEFT")
      .option("--reference <hf-dir>", "checkpoint folder of a DPO model's reference")
      .addOption(typeOption("backbone file to check (default: as reward.json says)", BACKBONE_TYPES))
      .addOption(deviceOption("where the published scores are computed"))
      .option("--threads <n>", "CPU threads (default: physical cores)", positiveInteger);
    addOutputOptions(command, "print one JSON object").action(act(verify));
  },
};

async function verify(io: CliIo, modelDir: string, options: VerifyCommandOptions): Promise<number> {
  if (options.scores !== undefined) await checkInput("--scores", options.scores);
  const progress = new ProgressDisplay(io, options.quiet === true);
  let report: VerifyReport;
  try {
    report = await verifyModel(modelDir, {
      against: options.against,
      base: options.base,
      reference: options.reference,
      type: options.type,
      device: options.device,
      threads: options.threads,
      signal: io.signal,
      onCheck: ({ name, status }) => {
        progress.note(`${name}: ${status}`);
      },
    });
  } finally {
    progress.stop();
  }
  // Rewards of a model that is not what it should be tell nothing, and it may not even load.
  const rewards =
    options.scores !== undefined && report.isGood
      ? await compare(io, modelDir, options.scores, options)
      : undefined;
  await printLine(
    io.stdout,
    options.json === true
      ? JSON.stringify({ ...report, ...(rewards && { rewards }) })
      : [describe(report), ...(rewards === undefined ? [] : [describeRewards(rewards)])].join("\n"),
  );
  return report.isGood && rewards?.isWithinBf16 !== false ? EXIT.ok : EXIT.failed;
}

/** Scores published records by the backbone that is checked. */
async function compare(
  io: CliIo,
  modelDir: string,
  scores: string,
  { type, device, threads, quiet }: VerifyCommandOptions,
): Promise<RewardComparison> {
  const progress = new ProgressDisplay(io, quiet === true);
  const model = await RewardModel.load(modelDir, { type, device, threads, signal: io.signal });
  try {
    return await verifyRewards(model, scores, { signal: io.signal, onProgress: progress.report });
  } finally {
    progress.stop();
    await model.dispose();
  }
}

function describeRewards(comparison: RewardComparison): string {
  const { rewards, spread, difference, correlation, rankCorrelation, kendallTau } = comparison;
  const { pairs, flips, flipMargin, isWithinBf16 } = comparison;
  const stds = (value: number): string => `${(value / spread).toPrecision(2)} std`;
  const figure = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
  return [
    `${rewards} published rewards, standard deviation ${spread.toPrecision(3)}:`,
    table([
      ["largest difference", `${difference.max.toPrecision(3)} (${stds(difference.max)})`],
      ["99th percentile", `${difference.p99.toPrecision(3)} (${stds(difference.p99)})`],
      ["mean", `${difference.meanAbsolute.toPrecision(3)} (${stds(difference.meanAbsolute)})`],
      ["mean, signed", difference.mean.toPrecision(3)],
      ["Pearson", figure(correlation)],
      ["Spearman", figure(rankCorrelation)],
      ["Kendall", figure(kendallTau)],
      [
        "order",
        `${pairs - flips} of ${pairs} pairs alike${flips === 0 ? "" : `, others up to ${flipMargin.toPrecision(2)} apart`}`,
      ],
    ]),
    isWithinBf16
      ? "That is within what running the model in bfloat16 explains."
      : "That is more than running the model in bfloat16 explains: another template, revision or head was scored.",
  ].join("\n");
}

const MARKS: Readonly<Record<Check["status"], string>> = {
  pass: "ok",
  fail: "FAIL",
  warn: "note",
  skip: "skipped",
};

function describe(report: VerifyReport): string {
  const { model, type, against, checks } = report;
  return [
    `${model} (${type})${against === null ? "" : ` against ${against}`}`,
    ...checks.flatMap(({ name, status, summary, findings }) => [
      `${MARKS[status].padEnd(8)}${name.padEnd(13)}${summary}`,
      ...findings.map((finding) => `${" ".repeat(21)}${finding}`),
    ]),
    verdict(report),
  ].join("\n");
}

function verdict({ against, isGood, isOtherCheckpoint }: VerifyReport): string {
  if (isGood) return "No check failed.";
  return isOtherCheckpoint
    ? `${against ?? ""} is not, or not any more, the checkpoint that this folder was made from, so nothing is proved of the folder. ` +
        "Compare it with its own checkpoint."
    : "This folder must not be used for scoring: convert the checkpoint again.";
}
