import type { Command } from "commander";
import type { CliIo } from "../terminal/cli-io.js";

/**
 * The words of one command. Its file imports nothing that takes time: help and wrong usage are told before anything else of the
 * program is loaded.
 */
export interface CliCommand {
  /** Adds the command's syntax. `act` wraps its action. */
  add(program: Command, act: ActionWrapper): void;
}

/** What a command does: gets where to read and write, the positional arguments and the options; returns the exit status. */
export type Action<Args extends readonly unknown[]> = (io: CliIo, ...args: Args) => Promise<number>;

/** Makes a commander action of ours, which is loaded when the command is called. */
export type ActionWrapper = <Args extends unknown[]>(
  load: () => Promise<Action<Args>>,
) => (...args: Args) => Promise<void>;

/** Adds examples below a command's help. @param lines what is typed behind the program's name */
export function addExamples(command: Command, lines: readonly string[]): void {
  const title = lines.length === 1 ? "Example:" : "Examples:";
  command.addHelpText("after", () => {
    return [
      "",
      command.createHelp().styleTitle(title),
      ...lines.map((line) => `  llama-reward ${line}`),
    ].join("\n");
  });
}
