import { CommanderError } from "commander";
import type { ActionWrapper } from "./arguments/command.js";
import { makeProgram } from "./program.js";
import type { CliIo } from "./terminal/cli-io.js";
import { errorText, EXIT, exitStatus } from "./terminal/exit.js";
import { tellStyled } from "./terminal/printable.js";
import { usageError } from "./usage-error.js";

/**
 * Runs the command line.
 * @param args what follows the program's name.
 * @returns the exit status; errors are told on `io.stderr`.
 */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  let status: number = EXIT.ok;
  const act: ActionWrapper =
    (load) =>
    async (...values) => {
      const action = await load();
      // eslint-disable-next-line no-restricted-syntax -- the few arguments of one command
      status = await action(io, ...values);
    };
  const program = makeProgram(io, act);
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const told = error instanceof CommanderError ? usageError(error, args, program) : error;
    const text = errorText(told, { debug: args.includes("--debug"), isColored: io.isStderrColored, args });
    if (text !== undefined) tellStyled(io.stderr, text);
    return exitStatus(told);
  }
}
