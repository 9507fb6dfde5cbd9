import { inspect } from "../../check/index.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import { addOutputOptions, type OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { inspectionText } from "../terminal/inspection-text.js";
import { printLine } from "../terminal/line-writer.js";

interface InspectCommandOptions extends OutputOptions {
  hubId?: string;
  base?: string;
}

/** `inspect <model-dir|file.gguf|hf-dir>`: what it is, which head, what would be scored. */
export const inspectCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("inspect")
      .summary("what a model folder, GGUF file or checkpoint is, and how it would score")
      .description(
        "Says what a model folder, a GGUF file or a Hugging Face checkpoint folder is: which head it has, which token " +
          "is scored, and what was assumed.",
      )
      .argument("<path>", "model folder, file.gguf or Hugging Face checkpoint folder")
      .option("--hub-id <owner/name>", "where a checkpoint came from: finds its profile")
      .option("--base <dir>", "for an adapter of PEFT: folder of the model it was trained on");
    addOutputOptions(command, "print one JSON object").action(act(inspectPath));
  },
};

async function inspectPath(io: CliIo, target: string, options: InspectCommandOptions): Promise<number> {
  const inspection = await inspect(target, { hubId: options.hubId, base: options.base });
  await printLine(
    io.stdout,
    options.json === true ? JSON.stringify(inspection) : inspectionText(inspection, io.columns),
  );
  return EXIT.ok;
}
