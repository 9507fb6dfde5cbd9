import { clearLine, cursorTo } from "node:readline";
import type { CliIo } from "./cli-io.js";
import { drawBar } from "./draw-bar.js";
import type { Rate } from "./rate.js";

const REDRAW_MS = 100;

/** How far a phase is, told to somebody. */
export interface PhaseDisplay {
  readonly name: string;
  update(done: number, total: number): void;
  /** Takes away what would be in the way of another line, until there is something new to show. */
  hide(): void;
  stop(): void;
}

/**
 * One line of a terminal that is drawn again ten times a second. Others may write to the same terminal after `hide`. By hand:
 * the bars on npm either are dormant or take the whole screen.
 */
export class BarDisplay implements PhaseDisplay {
  readonly name: string;
  readonly #rate: Rate;
  readonly #io: CliIo;
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #total = 0;
  #isDrawn = false;

  constructor(rate: Rate, io: CliIo) {
    this.name = rate.phase;
    this.#rate = rate;
    this.#io = io;
    this.#timer = setInterval(() => {
      this.#draw();
    }, REDRAW_MS).unref();
  }

  update(done: number, total: number): void {
    this.#done = done;
    this.#total = total;
  }

  hide(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    cursorTo(this.#io.stderr, 0);
    clearLine(this.#io.stderr, 0);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.hide();
  }

  #draw(): void {
    const words = this.#rate.describe(this.#done, this.#total);
    this.hide();
    this.#io.stderr.write(drawBar(words, this.#done, this.#total, this.#io.columns));
    this.#isDrawn = true;
  }
}
