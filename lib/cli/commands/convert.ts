import type { CliCommand } from "../arguments/command.js";
import { addHeadOptions } from "../arguments/head-options.js";
import { addOutputOptions, storageTypeOption } from "../arguments/command-options.js";

/** `convert <hf-dir> <model-dir>`: from a Hugging Face checkpoint folder to a model folder. */
export const convertCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("convert")
      .summary("make a model folder from a Hugging Face checkpoint")
      .description(
        "Converts a Hugging Face checkpoint folder of a reward model: backbone to GGUF, head as it is stored. " +
          "Into an existing model folder of the same checkpoint, a further type is added.",
      )
      .argument("<hf-dir>", "folder with config.json, tokenizer files and weights, or an adapter of PEFT")
      .argument("<model-dir>", "folder to make")
      .addOption(storageTypeOption())
      .option(
        "--backbone <file.gguf>",
        "take this GGUF of the same model as the backbone, after comparing every value",
      )
      .option(
        "--base <dir|hub-id>",
        "for an adapter of PEFT (LoRA): the model it was trained on, merged with it",
      )
      .option("--hub-id <owner/name>", "where the checkpoint came from: finds its profile");
    addOutputOptions(addHeadOptions(command), "print one JSON object").action(
      act(async () => (await import("../actions/convert.js")).convert),
    );
  },
};
