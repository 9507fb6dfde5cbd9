import { InvalidArgumentError as InvalidOption } from "commander";
import { nonNegativeNumber } from "../arguments/numbers.js";
import { addExamples, type CliCommand } from "../arguments/command.js";
import { addEnsembleOptions } from "../arguments/ensemble-options.js";
import { addModelOptions, addOutputOptions, collect } from "../arguments/command-options.js";
import { addPromptOptions } from "../arguments/prompt-options.js";

/** `rank <model-dir…> --prompt TEXT --response TEXT …`: best of n. */
export const rankCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("rank")
      .summary("order responses to one prompt, best first")
      .description(
        "Scores several responses to one prompt and orders them, best first. Several models stand side by side, each with its own order.",
      )
      .argument("<model-dir...>", "one model or several: model folders made by convert or pull, or Hub ids");
    addPromptOptions(command)
      .option("--response <text>", "a response; give the option once for each", collect<string>)
      .option(
        "--response-file <file>",
        "a response from a file (-: standard input), behind those on the command line; may be given several times",
        collect<string>,
      )
      .option(
        "--split-steps <text>",
        "process reward models: what stands between the steps of a response (\\n is a line break)",
        separator,
      )
      .option(
        "--penalty <k>",
        "order by reward - k * std, shown as adjusted (models that predict a std)",
        nonNegativeNumber,
      )
      .option("--max-std <x>", "leave responses with a larger std without a rank", nonNegativeNumber);
    addOutputOptions(addEnsembleOptions(addModelOptions(command)), "print one JSON object").action(
      act(async () => (await import("../actions/rank.js")).rank),
    );
    addExamples(command, [
      'rank models/grm --prompt "What is 2 + 2?" --response "4." --response "5."',
      "rank models/grm --prompt-file question.txt --response-file a.txt --response-file b.txt",
      'rank models/grm models/urm --messages chat.json --response "4." --response "5."',
    ]);
  },
};

/** Between any two letters stands nothing: each would be a step. */
function separator(text: string): string {
  if (text !== "") return text;
  throw new InvalidOption("Expected a text.");
}
