import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions } from "../arguments/command-options.js";

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
    addOutputOptions(command, "print one JSON object").action(
      act(async () => (await import("../actions/inspect.js")).inspectPath),
    );
  },
};
