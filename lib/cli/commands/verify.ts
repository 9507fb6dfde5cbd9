import { BACKBONE_TYPES, type BackboneType } from "../../model/architecture/backbone-type.js";
import { verifyModel, type Check, type VerifyOptions, type VerifyReport } from "../../check/index.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addOutputOptions,
  deviceOption,
  positiveInteger,
  typeOption,
  type OutputOptions,
} from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";

interface VerifyCommandOptions extends OutputOptions {
  against?: string;
  type?: BackboneType;
  device?: VerifyOptions["device"];
  threads?: number;
}

/** `verify <model-dir>`: proves that a model folder is what its checkpoint says. */
export const verifyCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("verify")
      .summary("prove that a model folder equals its checkpoint")
      .description(
        "Checks a model folder on this machine: checksums of its files, reward.json and every tensor against the " +
          "checkpoint, tokens against an independent tokenizer, scores against published ones. Exit status 1 when a check fails.",
      )
      .argument("<model-dir>", "model folder made by convert or pull")
      .option("--against <hf-dir>", "checkpoint folder (default: the Hub cache's copy, if it is there)")
      .addOption(typeOption("backbone file to check (default: as reward.json says)", BACKBONE_TYPES))
      .addOption(deviceOption("where the published scores are computed"))
      .option("--threads <n>", "CPU threads (default: physical cores)", positiveInteger);
    addOutputOptions(command, "print one JSON object").action(act(verify));
  },
};

async function verify(io: CliIo, modelDir: string, options: VerifyCommandOptions): Promise<number> {
  const progress = new ProgressDisplay(io, options.quiet === true);
  const report = await verifyModel(modelDir, {
    against: options.against,
    type: options.type,
    device: options.device,
    threads: options.threads,
    signal: io.signal,
    onCheck: ({ name, status }) => {
      progress.note(`${name}: ${status}`);
    },
  });
  await printLine(io.stdout, options.json === true ? JSON.stringify(report) : describe(report));
  return report.isGood ? EXIT.ok : EXIT.failed;
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
