import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { verifyModel, type Check, type VerifyOptions, type VerifyReport } from "../../check/index.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine, printStyled } from "../terminal/line-writer.js";
import { printableLine } from "../terminal/printable.js";
import { styled, type Style } from "../terminal/style.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { table } from "../terminal/table.js";
import { checkInput } from "../arguments/input.js";
import { InvalidArgumentError } from "../../errors.js";
import { RewardModel } from "../../index.js";
import { verifyRewards, type RewardComparison } from "../../eval/index.js";
import { allowRoomyHeap } from "../../util/small-heap.js";

interface VerifyCommandOptions extends OutputOptions {
  against?: string;
  base?: string;
  reference?: string;
  type?: BackboneType;
  device?: VerifyOptions["device"];
  threads?: number;
  scores?: string;
}

export async function verify(io: CliIo, modelDir: string, options: VerifyCommandOptions): Promise<number> {
  allowRoomyHeap();
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
  if (options.json === true)
    await printLine(io.stdout, JSON.stringify({ ...report, ...(rewards && { rewards }) }));
  else if (!report.isOtherCheckpoint) {
    const parts = [
      describe(report, io.isStdoutColored),
      ...(rewards === undefined ? [] : [describeRewards(rewards)]),
    ];
    await printStyled(io.stdout, parts.join("\n"));
  }
  if (report.isOtherCheckpoint) throw otherCheckpoint(modelDir, report);
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

const STYLES: Readonly<Record<Check["status"], Style>> = {
  pass: "good",
  fail: "bad",
  warn: "doubtful",
  skip: "faint",
};

function describe(report: VerifyReport, isColored: boolean): string {
  const { model, type, against, checks, isGood } = report;
  const verdict = isGood
    ? "No check failed."
    : "This folder must not be used for scoring: convert the checkpoint again.";
  return [
    printableLine(`${model} (${type})${against === null ? "" : ` against ${against}`}`),
    ...checks.flatMap(({ name, status, summary, findings }) => [
      `${styled(isColored, STYLES[status], MARKS[status].padEnd(8))}${name.padEnd(13)}${printableLine(summary)}`,
      ...findings.map((finding) => `${" ".repeat(21)}${printableLine(finding)}`),
    ]),
    styled(isColored, isGood ? "good" : "bad", verdict),
  ].join("\n");
}

/** The wrong folder to compare with says nothing about the model. */
function otherCheckpoint(modelDir: string, { against }: VerifyReport): InvalidArgumentError {
  return new InvalidArgumentError(
    `Expected --against to be the checkpoint that ${modelDir} was made from but ${against ?? ""} is not, or not any more, so nothing is ` +
      `proved of the folder. \`llama-reward inspect ${modelDir}\` names its own.`,
  );
}
