import { Command, CommanderError } from "commander";
import { COMMANDS } from "./commands/index.js";
import type { ActionWrapper } from "./arguments/command.js";
import type { CliIo } from "./terminal/cli-io.js";
import { errorText, EXIT, exitStatus } from "./terminal/exit.js";
import { tell } from "./terminal/printable.js";
import { packageVersion } from "../util/package-version.js";

/**
 * Runs the command line.
 * @param args what follows the program's name.
 * @returns the exit status; errors are told on `io.stderr`.
 */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  let status: number = EXIT.ok;
  const act: ActionWrapper =
    (action) =>
    async (...values) => {
      // eslint-disable-next-line no-restricted-syntax -- the few arguments of one command
      status = await action(io, ...values);
    };
  try {
    await makeProgram(io, act).parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return usageStatus(error, io);
    const text = errorText(error, args.includes("--debug"));
    if (text !== undefined) tell(io.stderr, text);
    return exitStatus(error);
  }
}

function makeProgram(io: CliIo, act: ActionWrapper): Command {
  const program = new Command("llama-reward")
    .description("Score conversations with published reward models on your own computer.")
    .version(packageVersion(), "-v, --version")
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are told by `run`, in one line.
      writeErr: () => undefined,
      getOutHelpWidth: () => io.columns,
    });
  for (const command of COMMANDS) command.add(program, act);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Wrong usage, or a request for help: commander has its own error for both. */
function usageStatus(error: CommanderError, io: CliIo): number {
  if (error.exitCode === 0) return EXIT.ok;
  const problem =
    error.code === "commander.help" ? "a command is missing" : error.message.replace(/^error: /, "");
  const line = problem.replace(/\s*\n\s*/g, " ").replace(/[.]?$/, ".");
  tell(
    io.stderr,
    `llama-reward: INVALID_ARGUMENT: ${line} See llama-reward --help, or llama-reward <command> --help.`,
  );
  return EXIT.unusable;
}
