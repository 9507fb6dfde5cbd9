import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { pullModel } from "../../convert/index.js";
import type { CliCommand } from "../arguments/command.js";
import { addHeadOptions, headOptions, type HeadCommandOptions } from "../arguments/head-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import { addOutputOptions, storageTypeOption, type OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { conversionJson, describeConversion } from "./convert.js";

interface PullCommandOptions extends OutputOptions, HeadCommandOptions {
  to?: string;
  type: BackboneType | "auto";
  revision?: string;
  base?: string;
}

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
    addOutputOptions(addHeadOptions(command), "print one JSON object").action(act(pull));
  },
};

async function pull(io: CliIo, hubId: string, options: PullCommandOptions): Promise<number> {
  const progress = new ProgressDisplay(io, options.quiet === true);
  try {
    const result = await pullModel(hubId, {
      to: options.to,
      type: options.type,
      revision: options.revision,
      base: options.base,
      ...headOptions(options),
      signal: io.signal,
      onProgress: progress.report,
    });
    progress.stop();
    const text =
      options.json === true
        ? JSON.stringify(conversionJson(result))
        : describeConversion(result, options.type);
    await printLine(io.stdout, text);
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}
