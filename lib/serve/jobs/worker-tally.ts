import type { WorkerBoard, WorkerCounts } from "./queue/worker-board.js";

/** How often a worker says how far it is. */
const TELL_MS = 2_000;

/** Counts what a worker does, and tells the board. */
export class WorkerTally {
  readonly #counts: WorkerCounts = { busyMs: 0, shards: 0, records: 0, failed: 0, tokens: 0 };
  readonly #board: WorkerBoard;
  readonly #name: string;
  readonly #timer: NodeJS.Timeout;
  #atWork = 0;
  #sinceMs = 0;

  constructor(board: WorkerBoard, name: string) {
    this.#board = board;
    this.#name = name;
    this.#timer = setInterval(() => void this.#tell(false), TELL_MS);
  }

  get counts(): WorkerCounts {
    this.#takeTime();
    return { ...this.#counts };
  }

  /** Counts the time until `work` is done. */
  async timed<T>(work: () => Promise<T>): Promise<T> {
    this.#takeTime();
    this.#atWork++;
    try {
      return await work();
    } finally {
      this.#takeTime();
      this.#atWork--;
    }
  }

  readonly record = (tokens: number): void => {
    this.#counts.records++;
    this.#counts.tokens += tokens;
  };

  shard(failed: number): void {
    this.#counts.shards++;
    this.#counts.failed += failed;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#tell(true);
  }

  #takeTime(): void {
    const now = performance.now();
    if (this.#atWork > 0) this.#counts.busyMs += now - this.#sinceMs;
    this.#sinceMs = now;
  }

  async #tell(hasEnded: boolean): Promise<void> {
    // For people to look at: nothing depends on it.
    await this.#board.write(this.#name, this.counts, hasEnded).catch(() => undefined);
  }
}
