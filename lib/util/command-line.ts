/** Words that a shell takes as they are; zsh looks for a program behind a first `=`. */
const PLAIN = /^(?!=)[\w@%+=:,./-]+$/;

/**
 * A word as a POSIX shell takes it, for commands that messages propose.
 * @param word a path, say
 */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line of ours as a POSIX shell would take it again. */
export function commandLine(args: readonly string[]): string {
  return ["llama-reward", ...args.map(shellWord)].join(" ");
}
