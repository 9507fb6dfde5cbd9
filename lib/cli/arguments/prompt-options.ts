import type { Command } from "commander";

/** What was asked before the responses, by the names commander gives the options. */
export interface PromptOptions {
  prompt?: string;
  promptFile?: string;
  messages?: string;
  system?: string;
}

/** Adds the ways to say what was asked. */
export function addPromptOptions(command: Command): Command {
  return command
    .option("--prompt <text>", "what the user said")
    .option(
      "--prompt-file <file>",
      "the same from a file; -: standard input. A newline at its end is left off",
    )
    .option(
      "--messages <file>",
      "the turns before the response as JSON, [{role, content}, …], or a record with messages and tools; -: standard input",
    )
    .option("--system <text>", "a system turn in front");
}
