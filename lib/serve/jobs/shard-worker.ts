import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { JobError } from "../../errors.js";
import { requireValue } from "../../util/collections.js";
import { packageVersion } from "../../util/package-version.js";
import type { ScorerSource } from "./model-source.js";
import { OneScorer } from "./one-scorer.js";
import { openRun, type OpenRun } from "./open-run.js";
import { jobSchema } from "./queue/job-queue.js";
import { scoreShard } from "./shard/score-shard.js";
import { resultKey } from "./shard/shard-ref.js";
import type { WorkerTally } from "./worker-tally.js";

/** A name that no other worker has, on this machine or another. */
export function workerName(): string {
  return `${hostname()}:${process.pid}:${randomBytes(2).toString("hex")}`;
}

/** Turns jobs into results, whoever hands them out. */
export class ShardWorker {
  readonly #scorer: OneScorer;
  /** By place and id. */
  readonly #runs = new Map<string, Promise<OpenRun>>();

  constructor(
    source: ScorerSource,
    readonly name: string,
    readonly tally: WorkerTally,
  ) {
    this.#scorer = new OneScorer(source);
  }

  /**
   * Scores a shard and stores its results, unless they are there.
   * @throws whatever keeps it from that: see `whoseFault`
   */
  async work(data: unknown, signal: AbortSignal): Promise<void> {
    const job = jobSchema.safeParse(data);
    if (!job.success) {
      throw new JobError(
        "WORKER_UNFIT",
        "The queue holds a job that this version of llama-reward does not read. Use the version that submitted it, or another --name.",
        { cause: job.error },
      );
    }
    const { out, run: id, shard } = job.data;
    const { run, store, files } = await this.#open(out, id, signal);
    const key = resultKey(shard);
    if (await store.has(key)) return;
    await this.#scorer.use(run, signal, (scorer) =>
      this.tally.timed(async () => {
        const { header, bytes } = await scoreShard({
          shard,
          file: requireValue(files, shard.file),
          scorer,
          emit: run.emit,
          worker: this.name,
          signal,
          onRecord: this.tally.record,
        });
        await store.put(key, bytes);
        this.tally.shard(header.failed);
      }),
    );
  }

  async dispose(): Promise<void> {
    await this.#scorer.dispose();
  }

  #open(out: string, id: string, signal: AbortSignal): Promise<OpenRun> {
    const key = `${out} ${id}`;
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const opened = openRun(out, id, packageVersion(), signal);
    this.#runs.set(key, opened);
    opened.catch(() => this.#runs.delete(key));
    return opened;
  }
}
