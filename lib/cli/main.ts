#!/usr/bin/env node
import "../util/small-heap.js";
import { commandLine } from "../util/command-line.js";
import { Interrupted } from "./terminal/cli-io.js";
import { EXIT } from "./terminal/exit.js";
import { wantsColor } from "./terminal/style.js";
import { run } from "./run.js";

const interruption = new AbortController();

// The first signal ends the work in good order; a second one ends the process.
function stop(): void {
  if (interruption.signal.aborted) process.exit(EXIT.interrupted);
  interruption.abort(new Interrupted());
  process.stdin.destroy();
}
process.on("SIGINT", stop);
process.on("SIGTERM", stop);

// Nobody may be left to read the messages; the work goes on for the output.
process.stderr.on("error", () => undefined);

const args = process.argv.slice(2);
process.exitCode = await run(args, {
  commandLine: commandLine(args),
  stdin: process.stdin,
  isStdinTerminal: process.stdin.isTTY,
  stdout: process.stdout,
  isStdoutTerminal: process.stdout.isTTY,
  isStdoutColored: wantsColor(process.stdout.isTTY),
  stderr: process.stderr,
  isStderrTerminal: process.stderr.isTTY,
  isStderrColored: wantsColor(process.stderr.isTTY),
  // Asked anew each time: a window may be resized.
  get columns() {
    return process.stdout.columns || process.stderr.columns || 80;
  },
  signal: interruption.signal,
});
process.stdin.destroy();
process.off("SIGINT", stop);
process.off("SIGTERM", stop);
