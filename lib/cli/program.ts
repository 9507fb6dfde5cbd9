import { Command } from "commander";
import { COMMAND_GROUPS } from "./commands/index.js";
import { addExamples, type ActionWrapper } from "./arguments/command.js";
import type { CliIo } from "./terminal/cli-io.js";
import { styled } from "./terminal/style.js";
import { packageVersion } from "../util/package-version.js";

/** Help is no easier to read on a wider terminal. */
const WIDEST_HELP = 120;

/** Columns in which descriptions are still broken into lines, beside the names of commands and options. */
const LEAST_WRAPPED = 20;

/** The whole command line: every command with its options. */
export function makeProgram(io: CliIo, act: ActionWrapper): Command {
  const program = new Command("llama-reward")
    .description("Score conversations with published reward models on your own computer.")
    .version(packageVersion(), "-v, --version")
    .addHelpCommand(
      new Command("help")
        .argument("[command]")
        .helpOption(false)
        .helpGroup(COMMAND_GROUPS[0]?.title ?? "")
        .description("the same as <command> --help"),
    )
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are told by `run`, in one line.
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(io.columns, WIDEST_HELP),
      getOutHasColors: () => io.isStdoutColored,
    })
    .configureHelp({
      minWidthToWrap: LEAST_WRAPPED,
      styleTitle: (text) => styled(io.isStdoutColored, "strong", text),
      styleOptionTerm: (text) => styled(io.isStdoutColored, "good", text),
      styleSubcommandTerm: (text) => styled(io.isStdoutColored, "good", text),
    });
  for (const { title, commands } of COMMAND_GROUPS) {
    program.commandsGroup(title);
    for (const command of commands) command.add(program, act);
  }
  for (const command of program.commands) inherit(command, program);
  addExamples(program, [
    "demo",
    "pull Ray2333/GRM-llama3.2-3B-sftreg --to models/grm",
    'rank models/grm --prompt "What is 2 + 2?" --response "4." --response "5."',
    "score models/grm pairs.jsonl --out scores.jsonl",
  ]);
  return program;
}

function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
}
