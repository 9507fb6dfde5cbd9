import type { Scorer } from "../../score/score.js";
import { scorerKey, type ScorerSource } from "./model-source.js";
import type { JobRun } from "./shard/run.js";

/** The one model that a worker has loaded, used by several shards at once; another takes its place when nobody uses it. */
export class OneScorer {
  readonly #source: ScorerSource;
  #key: string | undefined;
  #scorer: Promise<Scorer> | undefined;
  #users = 0;
  #onIdle: (() => void)[] = [];

  constructor(source: ScorerSource) {
    this.#source = source;
  }

  /** Works with the scorer of a run. @throws what opening it throws, and `work` */
  async use<T>(run: JobRun, signal: AbortSignal, work: (scorer: Scorer) => Promise<T>): Promise<T> {
    const key = scorerKey(run);
    while (this.#key !== key && this.#users > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle.push(resolve);
      });
    signal.throwIfAborted();
    this.#users++;
    try {
      if (this.#key !== key) {
        const earlier = this.#scorer;
        this.#key = key;
        this.#scorer = release(earlier).then(() => this.#source.open(run, signal));
        // Whoever comes next tries again.
        this.#scorer.catch(() => {
          if (this.#key === key) this.#key = this.#scorer = undefined;
        });
      }
      const scorer = this.#scorer;
      if (scorer === undefined) throw new Error("Internal error: a scorer that is in use is gone.");
      return await work(await scorer);
    } finally {
      this.#users--;
      if (this.#users === 0) for (const resume of this.#onIdle.splice(0)) resume();
    }
  }

  async dispose(): Promise<void> {
    const scorer = this.#scorer;
    this.#key = this.#scorer = undefined;
    await release(scorer);
  }
}

async function release(scorer: Promise<Scorer> | undefined): Promise<void> {
  const loaded = await scorer?.catch(() => undefined);
  await loaded?.dispose();
}
