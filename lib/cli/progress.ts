import { SingleBar, type GenericFormatter } from "cli-progress";
import type { Progress } from "../score.js";
import type { CliIo } from "./cli-io.js";
import { drawBar } from "./draw-bar.js";
import { Rate, type TokenCounts } from "./rate.js";

/** Time between two plain lines, where there is no terminal to draw a bar on. */
const LINE_INTERVAL_MS = 5_000;
const BAR_INTERVAL_MS = 100;
/**
 * Shows how far a long command is, on stderr: a bar with rate and remaining time on a terminal, a plain line every few
 * seconds otherwise, nothing when quiet. One phase after the other; hand `report` to `onProgress`.
 */
export class ProgressDisplay {
  readonly #io: CliIo;
  readonly #isQuiet: boolean;
  #phase: PhaseDisplay | undefined;
  #tokens: (() => TokenCounts) | undefined;

  constructor(io: CliIo, isQuiet: boolean) {
    this.#io = io;
    this.#isQuiet = isQuiet;
  }

  /** From the next phase on, tells tokens per second and what sharing prefixes saves, too. */
  watchTokens(tokens: () => TokenCounts): void {
    this.stop();
    this.#tokens = tokens;
  }

  /** `total` 0 means that it is not known. */
  readonly report = ({ phase, done, total }: Progress): void => {
    if (this.#isQuiet) return;
    if (this.#phase?.name !== phase) {
      this.#phase?.stop();
      const rate = new Rate(phase, done, this.#tokens);
      this.#phase = this.#io.isStderrTerminal
        ? new BarDisplay(rate, this.#io)
        : new LineDisplay(rate, this.#io);
    }
    this.#phase.update(done, total);
  };

  /** Takes the bar away. */
  stop(): void {
    this.#phase?.stop();
    this.#phase = undefined;
  }

  /** A line for people; nothing when quiet. */
  note(text: string): void {
    if (this.#isQuiet) return;
    this.stop();
    this.#io.stderr.write(`${text}\n`);
  }
}

interface PhaseDisplay {
  readonly name: string;
  update(done: number, total: number): void;
  stop(): void;
}

class BarDisplay implements PhaseDisplay {
  readonly name: string;
  readonly #bar: SingleBar;
  #isStarted = false;

  constructor(rate: Rate, io: CliIo) {
    this.name = rate.phase;
    const format: GenericFormatter = (_options, { value, total }) =>
      drawBar(rate.describe(value, total), value, total, io.columns);
    this.#bar = new SingleBar({
      stream: io.stderr,
      format,
      fps: 1000 / BAR_INTERVAL_MS,
      clearOnComplete: true,
      hideCursor: true,
      // Ctrl-C is ours: it ends the work in good order.
      gracefulExit: false,
    });
  }

  update(done: number, total: number): void {
    if (this.#isStarted) {
      this.#bar.setTotal(total);
      this.#bar.update(done);
    } else {
      this.#bar.start(total, done);
      this.#isStarted = true;
    }
  }

  stop(): void {
    this.#bar.stop();
  }
}

class LineDisplay implements PhaseDisplay {
  readonly name: string;
  #lastMs = performance.now();

  constructor(
    readonly rate: Rate,
    readonly io: CliIo,
  ) {
    this.name = rate.phase;
  }

  update(done: number, total: number): void {
    const now = performance.now();
    if (now - this.#lastMs < LINE_INTERVAL_MS) return;
    this.#lastMs = now;
    this.io.stderr.write(`${this.rate.describe(done, total)}\n`);
  }

  stop(): void {
    // The last line stays.
  }
}
