import type * as Bull from "bullmq";
import type { Job, Worker } from "bullmq";
import { setTimeout as delay } from "node:timers/promises";
import { InvalidArgumentError } from "../../errors.js";
import { messageOf } from "../../util/caught.js";
import { optionalPackage } from "../../util/optional-package.js";
import { whoseFault } from "./blame.js";
import type { ScorerSource } from "./model-source.js";
import type { JobQueue, ShardJob } from "./queue/job-queue.js";
import type { WorkerCounts } from "./queue/worker-board.js";
import { ShardWorker, workerName } from "./shard-worker.js";
import { WorkerTally } from "./worker-tally.js";

/** How a worker works. */
export interface WorkOptions {
  queue: JobQueue;
  source: ScorerSource;
  /** After so long without a word from a worker its shards are given to others. Default 30 s. */
  lockMs?: number | undefined;
  /** Ends when no shard waits and none is being scored, here or elsewhere. */
  untilEmpty?: boolean | undefined;
  /** Ends the work: what is under way is given back. */
  signal: AbortSignal;
  /** Told what people may want to know: shards that failed, Redis out of reach. */
  onNote?: ((text: string) => void) | undefined;
}

/** Two, so that the second fills the batches that the end of the first leaves half empty. */
const SHARDS_AT_ONCE = 2;
const LOCK_MS = 30_000;
/** A shard that was begun so often and never came to an end takes its workers down with it. */
const MOST_STARTS = 20;
/** Before a shard that was given back is offered again: not at once to the same machine. */
const GIVEN_BACK_MS = 1_000;
const POLL_MS = 500;
const RETRY_MS = 1_000;
/** Between two notes about a Redis that is out of reach. */
const NOTE_MS = 10_000;

/**
 * Works on the shards of a queue until it is stopped, or, with `untilEmpty`, until there are none.
 * @returns what was done
 * @throws JobError `WORKER_UNFIT`, and whatever else is this machine's fault: the shard is back in the queue
 */
export async function work(options: WorkOptions): Promise<WorkerCounts> {
  return new QueueWorker(options).run();
}

class QueueWorker {
  readonly #options: WorkOptions;
  readonly #stop = new AbortController();
  readonly #worker: ShardWorker;
  readonly #tally: WorkerTally;
  #failure: { error: unknown } | undefined;
  #lastNoteMs = -NOTE_MS;
  #fetcher: Worker<ShardJob> | undefined;

  constructor(options: WorkOptions) {
    this.#options = options;
    const name = workerName();
    this.#tally = new WorkerTally(options.queue.board, name);
    this.#worker = new ShardWorker(options.source, name, this.#tally);
  }

  async run(): Promise<WorkerCounts> {
    const { queue, signal, lockMs = LOCK_MS } = this.#options;
    const bull = await optionalPackage("bullmq", "QUEUE_FAILED", () => import("bullmq"));
    const stop = (): void => {
      this.#stop.abort(signal.reason);
    };
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    const worker = new bull.Worker<ShardJob>(queue.name, (job, token) => this.#process(bull, job, token), {
      connection: queue.redis,
      name: this.#worker.name,
      concurrency: SHARDS_AT_ONCE,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MOST_STARTS,
      maxStartedAttempts: MOST_STARTS,
      runRetryDelay: RETRY_MS,
    });
    this.#fetcher = worker;
    worker.on("error", this.#noteError).on("failed", this.#noteFailure);
    try {
      await this.#untilDone();
    } finally {
      signal.removeEventListener("abort", stop);
      await this.#close(worker);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#tally.counts;
  }

  async #process(bull: typeof Bull, job: Job<ShardJob>, token?: string): Promise<void> {
    const stop = this.#stop.signal;
    try {
      stop.throwIfAborted();
      await this.#worker.work(job.data, stop);
    } catch (error) {
      if (stop.aborted || whoseFault(error) === "worker") {
        if (!stop.aborted) this.#failure ??= { error };
        // Takes no other shard in its place.
        void this.#fetcher?.pause(true);
        await job.moveToDelayed(Date.now() + GIVEN_BACK_MS, token);
        this.#stop.abort(error);
        throw new bull.DelayedError();
      }
      if (error instanceof InvalidArgumentError) throw new bull.UnrecoverableError(error.message);
      throw error;
    }
  }

  async #untilDone(): Promise<void> {
    const { signal } = this.#stop;
    const isEmpty = async (): Promise<boolean> => {
      if (this.#options.untilEmpty !== true) return false;
      const { waiting, active, delayed } = await this.#options.queue.counts();
      return waiting + active + delayed === 0;
    };
    // Ends with an error when it is stopped.
    const pause = (): Promise<boolean> => delay(POLL_MS, true, { signal }).catch(() => false);
    while ((await pause()) && !(await isEmpty()));
  }

  async #close(worker: Worker<ShardJob>): Promise<void> {
    this.#stop.abort();
    await worker.close();
    await this.#worker.dispose();
    await this.#tally.close();
  }

  readonly #noteError = (error: Error): void => {
    if (performance.now() - this.#lastNoteMs < NOTE_MS) return;
    this.#lastNoteMs = performance.now();
    this.#options.onNote?.(`The queue has a problem, and is tried again: ${messageOf(error)}`);
  };

  readonly #noteFailure = (job: Job<ShardJob> | undefined, error: Error): void => {
    const shard = job === undefined ? "A shard" : `Shard ${job.data.shard.index}`;
    this.#options.onNote?.(`${shard} failed: ${messageOf(error)}`);
  };
}
