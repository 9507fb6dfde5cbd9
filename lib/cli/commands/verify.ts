import { BACKBONE_TYPES } from "../../model/architecture/backbone-type.js";
import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions, deviceOption, typeOption } from "../arguments/command-options.js";
import { positiveInteger } from "../arguments/numbers.js";

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
    addOutputOptions(command, "print one JSON object").action(
      act(async () => (await import("../actions/verify.js")).verify),
    );
  },
};
