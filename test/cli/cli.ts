import { PassThrough, Writable } from "node:stream";
import { run } from "../../lib/cli/run.js";

/** What a run of the command line gave. */
export interface CliResult {
  status: number;
  stdout: string;
  stderr: string;
  /** Lines of stdout as JSON. */
  records: Record<string, unknown>[];
}

/** How a test runs the command line. */
export interface CliOptions {
  stdin?: string | Uint8Array;
  signal?: AbortSignal;
  /** Whether both streams take colour; they do not. */
  isColored?: boolean;
  /** Width of the terminal; 100. */
  columns?: number;
  /** Called with what stdout has so far. */
  onOutput?: (text: string) => void;
}

/** Runs the command line in this process. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const stdout = new Collector(options.onOutput);
  const stderr = new Collector();
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? "");
  const status = await run(args, {
    stdin,
    isStdinTerminal: false,
    stdout,
    stderr,
    isStderrTerminal: false,
    isStdoutTerminal: false,
    isStdoutColored: options.isColored ?? false,
    isStderrColored: options.isColored ?? false,
    columns: options.columns ?? 100,
    signal: options.signal ?? new AbortController().signal,
  });
  return {
    status,
    stdout: stdout.text,
    stderr: stderr.text,
    get records() {
      return parseLines(stdout.text);
    },
  };
}

/** Records of JSON Lines. */
export function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** JSON Lines of records. */
export function toLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

class Collector extends Writable {
  text = "";

  constructor(readonly onText?: (text: string) => void) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    this.onText?.(this.text);
    done();
  }
}
