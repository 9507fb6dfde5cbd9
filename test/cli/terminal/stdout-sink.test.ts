import { PassThrough, Writable } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ProgressDisplay } from "../../../lib/cli/terminal/progress.js";
import { stdoutSink } from "../../../lib/cli/terminal/stdout-sink.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What stands on the lines of a terminal, by what it is sent: text, new lines, and a line that is cleared. */
function linesOn(sent: string): string[] {
  const lines = [""];
  // eslint-disable-next-line no-control-regex -- what the bar sends
  for (const part of sent.split(/(\u001b\[1G|\u001b\[2K|\n)/)) {
    if (part === "\n") lines.push("");
    else if (part === "\u001b[2K") lines[lines.length - 1] = "";
    else if (part !== "\u001b[1G") lines.push(`${lines.pop() ?? ""}${part}`);
  }
  return lines;
}

it("results and the bar never share a line of a terminal, however often the bar is drawn", async () => {
  let sent = "";
  const terminal = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      sent += chunk.toString();
      done();
    },
  });
  const io = {
    stdin: new PassThrough(),
    isStdinTerminal: false,
    stdout: terminal,
    isStdoutTerminal: true,
    isStdoutColored: true,
    stderr: terminal,
    isStderrTerminal: true,
    isStderrColored: true,
    columns: 80,
    signal: new AbortController().signal,
  };
  const progress = new ProgressDisplay(io, false);
  const sink = stdoutSink(io, progress);
  const flow = await sink.begin({ command: "score", scorer: {} as never });
  const records = Array.from({ length: 20 }, (_, id) => ({ id, reward: id / 7 }));
  for (const record of records) {
    progress.report({ phase: "score", unit: "records", done: record.id, total: records.length });
    vi.advanceTimersByTime(record.id * 37);
    await flow.append(record);
  }
  expect(sent).toMatch(/score \d+\/20/);
  progress.stop();
  await sink.close();
  const lines = linesOn(sent);
  expect(lines.pop()).toBe("");
  expect(lines).toEqual(records.map((record) => JSON.stringify(record)));
});
