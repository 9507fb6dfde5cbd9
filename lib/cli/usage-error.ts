import { existsSync } from "node:fs";
import type { Command, CommanderError } from "commander";
import { InvalidArgumentError } from "../errors.js";
import { closest } from "../util/closest.js";

/** What is wrong with a command line, in one line that says what to do. */
export function usageError(
  { code, message }: CommanderError,
  args: readonly string[],
  program: Command,
): InvalidArgumentError {
  const [word = ""] = args;
  const command = program.commands.find((known) => known.name() === word);
  const help = `See llama-reward ${command === undefined ? "" : `${command.name()} `}--help.`;
  if (code === "commander.help") {
    const [, asked] = word === "help" ? args : [];
    if (asked === undefined) return new InvalidArgumentError(`A command is missing. ${help}`);
    const names = program.commands.map((known) => known.name());
    const meant = closest(asked, names);
    const hint = meant === undefined ? `Expected one of ${names.join(", ")}.` : `Did you mean ${meant}?`;
    return new InvalidArgumentError(`Unknown command '${asked}'. ${hint} ${help}`);
  }
  if (code === "commander.unknownCommand" && existsSync(word)) {
    return new InvalidArgumentError(
      `Expected a command but received the path ${word}. The command comes first: llama-reward rank ${word} …, ` +
        `llama-reward score ${word} …, llama-reward inspect ${word}. ${help}`,
    );
  }
  // Behind a line break, commander says in parentheses what was probably meant.
  const [problem = "", meant] = message.replace(/^error: /, "").split(/\s*\n\s*/);
  const hint = meant?.replace(/^\((.*)\)$/, "$1") ?? meantChoice(problem);
  return new InvalidArgumentError(
    [asSentence(problem), ...(hint === undefined ? [] : [hint]), help].join(" "),
  );
}

/** What was probably meant, where one of a list was expected. */
function meantChoice(problem: string): string | undefined {
  const [, given = "", choices = ""] =
    /(?:argument|value) '(.*?)' is invalid.* Allowed choices are (.*)\.$/.exec(problem) ?? [];
  const meant = closest(given, choices.split(", "));
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}

function asSentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?)]$/.test(start) ? start : `${start}.`;
}
