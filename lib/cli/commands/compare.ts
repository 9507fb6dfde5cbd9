import { addExamples, type CliCommand } from "../arguments/command.js";
import { addEnsembleOptions } from "../arguments/ensemble-options.js";
import { addModelOptions, addOutputOptions } from "../arguments/command-options.js";
import { addPromptOptions } from "../arguments/prompt-options.js";

/** `compare <model-dir> --prompt TEXT --a TEXT --b TEXT`. */
export const compareCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("compare")
      .summary("which of two responses is better, and how surely")
      .description("Compares two responses to one prompt: the probability that the first is the better one.")
      .argument("<model-dir>", "model folder made by convert or pull, or a Hub id");
    addPromptOptions(command)
      .option("--a <text>", "one response")
      .option("--a-file <file>", "the same from a file; -: standard input")
      .option("--b <text>", "the other response")
      .option("--b-file <file>", "the same from a file; -: standard input");
    addOutputOptions(addEnsembleOptions(addModelOptions(command)), "print one JSON object").action(
      act(async () => (await import("../actions/compare.js")).compare),
    );
    addExamples(command, [
      'compare models/grm --prompt "What is 2 + 2?" --a "4." --b "5."',
      "compare models/grm --messages chat.json --a-file old.txt --b-file new.txt",
    ]);
  },
};
