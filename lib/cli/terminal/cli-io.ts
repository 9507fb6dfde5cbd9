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
