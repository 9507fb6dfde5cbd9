import { PassThrough, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawBar } from "../../../lib/cli/terminal/draw-bar.js";
import { ProgressDisplay } from "../../../lib/cli/terminal/progress.js";

describe("drawBar", () => {
  const words = "score 200/2985 records, 41.2 records/s, 5231 tokens/s, sharing 1.8×, 1 min 08 s left";

  it("has a bar beside all words where there is room", () => {
    expect(drawBar(words, 1000, 2000, 120)).toBe(`[${"=".repeat(12).padEnd(24)}] ${words}`);
  });

  it("shortens words on 80 columns, so that rates, sharing, remaining time and a bar fit", () => {
    expect(drawBar(words, 1000, 2000, 80)).toBe(
      "[=====    ] score 200/2985, 41.2 rec/s, 5k tok/s, sharing 1.8×, 1 min 08 s left",
    );
  });

  it.each([20, 40, 60, 70, 79, 80, 81, 100, 110, 115, 200])("never fills %i columns", (columns) => {
    const long =
      "score q4_k_m 99999/100000 records, 1234 records/s, 123456 tokens/s, sharing 12.8×, 12 h 02 min left";
    for (const total of [0, 100000])
      expect(drawBar(long, 99999, total, columns).length).toBeLessThan(columns);
    if (columns >= 80) expect(drawBar(long, 99999, 100000, columns)).toMatch(/12 h 02 min left$/);
  });

  it("has no bar without a total", () => {
    expect(drawBar("score 5 records", 5, 0, 80)).toBe("score 5 records");
  });
});

describe("ProgressDisplay", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function display(): { progress: ProgressDisplay; text: () => string } {
    const stderr = new PassThrough();
    const io = {
      stdin: new PassThrough(),
      isStdinTerminal: false,
      stdout: new PassThrough(),
      stderr,
      isStderrTerminal: false,
      isStdoutTerminal: false,
      isStdoutColored: false,
      isStderrColored: false,
      columns: 80,
      signal: new AbortController().signal,
    };
    return { progress: new ProgressDisplay(io, false), text: () => String(stderr.read() ?? "") };
  }

  it("tells records, tokens, sharing and remaining time of scores", () => {
    const { progress, text } = display();
    const tokens = { requestedTokens: 0, computedTokens: 0 };
    progress.watchTokens(() => tokens);
    progress.report({ phase: "score q8_0", unit: "records", done: 10, total: 100 });
    vi.advanceTimersByTime(6_000);
    Object.assign(tokens, { requestedTokens: 1800, computedTokens: 1000 });
    progress.report({ phase: "score q8_0", unit: "records", done: 40, total: 100 });
    // 30 of the records came in 6 s, so the 60 that are left take 12 s.
    expect(text()).toBe("score q8_0 40/100 records, 5 records/s, 300 tokens/s, sharing 1.8×, 12 s left\n");
  });

  it("tells of other work without tokens", () => {
    const { progress, text } = display();
    progress.watchTokens(() => ({ requestedTokens: 9, computedTokens: 9 }));
    progress.report({ phase: "download", unit: "bytes", done: 0, total: 1e9 });
    vi.advanceTimersByTime(10_000);
    progress.report({ phase: "download", unit: "bytes", done: 5e8, total: 1e9 });
    expect(text()).toBe("download 500/1000 MB, 50 MB/s, 10 s left\n");
  });

  it("takes the bar away for lines that go to the same terminal, and brings it back", () => {
    vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
    let screen = "";
    const terminal = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        screen += chunk.toString();
        done();
      },
    });
    const io = {
      stdin: new PassThrough(),
      isStdinTerminal: true,
      stdout: terminal,
      isStdoutTerminal: true,
      isStdoutColored: false,
      isStderrColored: false,
      stderr: terminal,
      isStderrTerminal: true,
      columns: 80,
      signal: new AbortController().signal,
    };
    const progress = new ProgressDisplay(io, false);
    progress.report({ phase: "score", unit: "records", done: 1, total: 4 });
    vi.advanceTimersByTime(150);
    expect(screen).toMatch(/score 1\/4/);
    progress.hide();
    terminal.write("result\n");
    // eslint-disable-next-line no-control-regex -- the line is cleared before anything else is written there
    expect(screen).toMatch(/\u001b\[1G\u001b\[2Kresult\n$/);
    progress.hide();
    terminal.write("next\n");
    expect(screen).toMatch(/result\nnext\n$/);
    progress.report({ phase: "score", unit: "records", done: 3, total: 4 });
    vi.advanceTimersByTime(150);
    expect(screen).toMatch(/next\n.*score 3\/4/);
    progress.stop();
    // eslint-disable-next-line no-control-regex -- as above
    expect(screen).toMatch(/\u001b\[2K$/);
  });
});
