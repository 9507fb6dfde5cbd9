import type { Command, Option } from "commander";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";

/** Prints the completion script of a shell. */
export async function completion(io: CliIo, shell: string, program: Command): Promise<number> {
  const { commands } = program;
  const script = shell === "fish" ? fishScript(commands) : bashScript(commands);
  // zsh reads bash's completions by an emulation of its own.
  await printLine(
    io.stdout,
    shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${script}` : script,
  );
  return EXIT.ok;
}

/** File names complete wherever nothing else does. */
function bashScript(commands: readonly Command[]): string {
  const values = commands.flatMap((command) =>
    command.options.flatMap((option) =>
      option.argChoices === undefined
        ? []
        : [`    "${command.name()} ${option.long ?? ""}") words="${option.argChoices.join(" ")}" ;;`],
    ),
  );
  const options = commands.map(
    (command) => `    ${command.name()}) words="${longNames(command).join(" ")}" ;;`,
  );
  const first = commands.flatMap((command) => {
    const words = firstWords(command);
    return words.length === 0 ? [] : [`    ${command.name()}) words="${words.join(" ")}" ;;`];
  });
  return [
    "_llama_reward() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}" words=""',
    "  COMPREPLY=()",
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=( $(compgen -W "${commands.map((command) => command.name()).join(" ")} help --help --version" -- "$current") )`,
    "    return",
    "  fi",
    '  case "$command $previous" in',
    ...values,
    "  esac",
    '  if [ -z "$words" ] && [ "$COMP_CWORD" -eq 2 ]; then case "$command" in',
    `    help) words="${commands.map((command) => command.name()).join(" ")}" ;;`,
    ...first,
    "  esac; fi",
    '  if [ -z "$words" ] && [[ "$current" == -* ]]; then case "$command" in',
    ...options,
    "  esac; fi",
    '  if [ -n "$words" ]; then COMPREPLY=( $(compgen -W "$words" -- "$current") ); fi',
    "}",
    "complete -o default -F _llama_reward llama-reward",
  ].join("\n");
}

function fishScript(commands: readonly Command[]): string {
  return commands
    .flatMap((command) => {
      const behind = `complete -c llama-reward -n "__fish_seen_subcommand_from ${command.name()}"`;
      return [
        `complete -c llama-reward -f -n __fish_use_subcommand -a ${command.name()} -d ${quoted(command.summary())}`,
        ...firstWords(command).map((word) => `${behind} -f -a ${word}`),
        ...command.options.map((option) => `${behind} ${fishOption(option)}`),
      ];
    })
    .join("\n");
}

function fishOption({ long, argChoices, required, description }: Option): string {
  const value = argChoices === undefined ? (required ? " -r" : "") : ` -x -a ${quoted(argChoices.join(" "))}`;
  return `-l ${(long ?? "").slice(2)}${value} -d ${quoted(description)}`;
}

/** What may stand behind the command: its own commands, or the values of its first argument. */
function firstWords(command: Command): readonly string[] {
  const own = command.commands.map((child) => child.name());
  return own.length > 0 ? own : (command.registeredArguments[0]?.argChoices ?? []);
}

function longNames(command: Command): string[] {
  return [...command.options.flatMap(({ long }) => long ?? []), "--help"];
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
