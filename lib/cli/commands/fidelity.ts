import { BACKBONE_TYPES } from "../../model/architecture/backbone-type.js";
import { Option } from "commander";
import type { CliCommand } from "../arguments/command.js";
import {
  addModelOptions,
  addOutputOptions,
  collectType,
  addSplitOption,
  INPUT_FORMS,
} from "../arguments/command-options.js";

/** `fidelity <model-dir> --data FILE --type T …`: what each quantization does to rewards and to pair order. */
export const fidelityCommand: CliCommand = {
  add(program, act) {
    const types = new Option(
      "--type <type>",
      `type to compare (${BACKBONE_TYPES.join(", ")}); give it once for each`,
    )
      .argParser(collectType)
      .makeOptionMandatory();
    const command = program
      .command("fidelity")
      .summary("measure what each quantization does to rewards and to the order of pairs")
      .description(
        "Scores the same records with a reference type, computed as exactly as it goes, and with others, and says which type is safe: " +
          "one that turns at most 1 % of records around, near-ties apart, with 95 % confidence. 299 pairs show that where none turns.",
      )
      .argument("<model-dir>", "model folder with several types (see quantize)")
      .requiredOption("--data <path>", `records, pairs or candidates as score reads them: ${INPUT_FORMS}`)
      .addOption(
        new Option(
          "--reference <type>",
          "type to measure against (default: the most exact one in the folder)",
        ).choices([...BACKBONE_TYPES]),
      )
      .option("--out <file>", "write the figures as JSON, too")
      .option("--report <file>", "write them as a page, report.html say, too")
      .option("--strict", "stop at the first bad record");
    addSplitOption(command);
    addOutputOptions(addModelOptions(command, types), "print the figures as one JSON object").action(
      act(async () => (await import("../actions/fidelity.js")).fidelity),
    );
  },
};
