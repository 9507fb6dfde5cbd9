import type { Command } from "commander";
import type { CliIo } from "../terminal/cli-io.js";

/** One command of the program: adds itself, and its action ends with an exit status. */
export interface CliCommand {
  /** Adds the command's syntax. `act` wraps its action. */
  add(program: Command, act: ActionWrapper): void;
}

/** An action: gets where to read and write, the positional arguments and the options; returns the exit status. */
export type Action<Args extends readonly unknown[]> = (io: CliIo, ...args: Args) => Promise<number>;

/** Makes a commander action of ours. */
export type ActionWrapper = <Args extends unknown[]>(
  action: Action<Args>,
) => (...args: Args) => Promise<void>;
