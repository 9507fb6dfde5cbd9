import type { Writable } from "node:stream";

/** Where a command reads and writes: the process's own streams, or a test's. */
export interface CliIo {
  stdin: AsyncIterable<Uint8Array>;
  /** Whether somebody types the input. */
  isStdinTerminal: boolean;
  stdout: Writable;
  /** Whether results go to the screen on which messages are shown, too. */
  isStdoutTerminal: boolean;
  /** Whether results may have weight and colour. */
  isStdoutColored: boolean;
  stderr: Writable;
  /** Whether somebody watches the messages. */
  isStderrTerminal: boolean;
  isStderrColored: boolean;
  /** Columns of the terminal; of what is no terminal, 80. */
  columns: number;
  /** What was typed, to be named in reports. */
  commandLine?: string;
  /** Aborts on Ctrl-C, with an `Interrupted` as the reason. */
  signal: AbortSignal;
}

/** Somebody pressed Ctrl-C. */
export class Interrupted extends Error {
  constructor() {
    super("stopped by a signal");
  }
}

/** Words that a shell takes as they are. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** A command line as a POSIX shell would take it again. */
export function commandLine(args: readonly string[]): string {
  const words = args.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ["llama-reward", ...words].join(" ");
}
