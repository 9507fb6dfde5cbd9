import type { CliCommand } from "../arguments/command.js";
import { addHeadOptions } from "../arguments/head-options.js";
import { addOutputOptions, storageTypeOption } from "../arguments/command-options.js";

/** `pull <hub-id>`: download from the Hub, then convert. */
export const pullCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("pull")
      .summary("download a reward model from the Hub and convert it")
      .description(
        "Downloads a checkpoint into the shared Hub cache (what is there is not fetched again, what was interrupted " +
          "continues, every file is checked) and converts it. HF_TOKEN, HF_HOME and HF_ENDPOINT are honoured.",
      )
      .argument("<hub-id>", "owner/name on the Hub")
      .option("--to <dir>", "model folder to make (default: models/<name>)")
      .option("--revision <name>", "branch, tag or commit (default: main)")
      .option(
        "--base <dir|hub-id>",
        "for an adapter of PEFT: the model it was trained on (default: as its configuration says)",
      )
      .addOption(storageTypeOption());
    addOutputOptions(addHeadOptions(command), "print one JSON object").action(
      act(async () => (await import("../actions/pull.js")).pull),
    );
  },
};
