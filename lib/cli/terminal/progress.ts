import type { PhaseProgress, Progress } from "../../score/score.js";
import { BarDisplay, type PhaseDisplay } from "./bar-display.js";
import type { CliIo } from "./cli-io.js";
import { tell } from "./printable.js";
import { Rate, type TokenCounts } from "./rate.js";

/** Progress under any name: `score q8_0` is one of several phases that score. */
type ShownProgress = PhaseProgress<string, Progress["unit"]>;

/** Time between two plain lines, where there is no terminal to draw a bar on. */
const LINE_INTERVAL_MS = 5_000;

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
  readonly report = ({ phase, unit, done, total }: ShownProgress): void => {
    if (this.#isQuiet) return;
    if (this.#phase?.name !== phase) {
      this.#phase?.stop();
      const rate = new Rate(phase, unit, done, this.#tokens);
      this.#phase = this.#io.isStderrTerminal
        ? new BarDisplay(rate, this.#io)
        : new LineDisplay(rate, this.#io);
    }
    this.#phase.update(done, total);
  };

  /** Takes the bar away for a line that goes to the same terminal; it comes back by itself. */
  hide(): void {
    this.#phase?.hide();
  }

  /** Takes the bar away. */
  stop(): void {
    this.#phase?.stop();
    this.#phase = undefined;
  }

  /** A line for people; nothing when quiet. */
  note(text: string): void {
    if (this.#isQuiet) return;
    this.stop();
    tell(this.#io.stderr, text);
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
    tell(this.io.stderr, this.rate.describe(done, total));
  }

  hide(): void {
    // Lines are in nobody's way.
  }

  stop(): void {
    // The last line stays.
  }
}
