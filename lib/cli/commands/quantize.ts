import { BACKBONE_TYPES } from "../../model/architecture/backbone-type.js";
import { Option } from "commander";
import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions, collectType } from "../arguments/command-options.js";
import { positiveInteger, positiveNumber } from "../arguments/numbers.js";

/** `quantize <model-dir> --type T [--type T …]`: adds quantized backbones beside those that are there. */
export const quantizeCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("quantize")
      .summary("add quantized backbones to a model folder")
      .description(
        "Adds quantized backbones to a model folder, made by llama.cpp's quantizer from the most precise one there. " +
          "What it does to rewards is what fidelity measures.",
      )
      .argument("<model-dir>", "model folder made by convert or pull")
      .option("--type <type>", "q8_0, q6_k, q5_k_m or q4_k_m; give the option once for each", collectType)
      .option(
        "--imatrix <path>",
        "records that decide how weights are rounded: q8_0 by what they multiply, the smaller types by an importance matrix",
      )
      .option("--records <path>", "the same: records to measure --max-error and --max-size on")
      .option(
        "--max-error <stds>",
        "largest error of a record's reward in standard deviations of the rewards (0.05, say): matrices stay in 16 bits until it holds",
        positiveNumber,
      )
      .option(
        "--max-size <share>",
        "largest file as a share of the 16-bit one (0.62, say): matrices that matter most stay in 16 bits while there is room",
        positiveNumber,
      )
      .option("--threads <n>", "CPU threads that compute records (default: physical cores)", positiveInteger)
      .addOption(
        new Option(
          "--default <type>",
          "make this type the folder's default; alone, it only does that",
        ).choices([...BACKBONE_TYPES]),
      );
    addOutputOptions(command, "print one JSON object").action(
      act(async () => (await import("../actions/quantize.js")).quantize),
    );
  },
};
