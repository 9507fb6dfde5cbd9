import { HostError, InvalidArgumentError } from "../../errors.js";
import type { ModelDescription, ScoreOptions } from "../../score/score.js";
import type { HostableScorer } from "./answer-call.js";

/** Loads the model a client asks for. `options` is what the client passed, plus the signal and progress callback. */
export type LoadScorer = (
  modelDir: string,
  options: Readonly<Record<string, unknown>> & Pick<ScoreOptions, "signal" | "onProgress">,
) => Promise<HostableScorer>;

/** What a host serves: a model that is loaded already and stays its owner's, or the means to load one when asked. */
export type ServedScorer = { scorer: HostableScorer } | { load: LoadScorer };

/** The model of one connection: one that comes from outside, or the last that the client asked for. */
export class ScorerSlot {
  readonly #served: ServedScorer;
  #scorer: HostableScorer | undefined;
  #loading: Promise<unknown> = Promise.resolve();

  constructor(served: ServedScorer) {
    this.#served = served;
    this.#scorer = "scorer" in served ? served.scorer : undefined;
  }

  get description(): ModelDescription | null {
    return this.#scorer?.description ?? null;
  }

  /** Loads one model after the other, since each takes the place of the one before. */
  load(modelDir: string, options: Parameters<LoadScorer>[1]): Promise<unknown> {
    const description = this.#loading.then(() => this.#replace(modelDir, options));
    this.#loading = description.catch(() => undefined);
    return description;
  }

  async #replace(modelDir: string, options: Parameters<LoadScorer>[1]): Promise<ModelDescription> {
    if (!("load" in this.#served)) {
      throw new InvalidArgumentError("This host serves one model and loads no other.");
    }
    options.signal?.throwIfAborted();
    await this.release();
    const scorer = await this.#served.load(modelDir, options);
    if (options.signal?.aborted === true) {
      // Nobody is left who would let go of it.
      await scorer.dispose();
      throw options.signal.reason;
    }
    this.#scorer = scorer;
    return scorer.description;
  }

  /** @throws HostError `HOST_FAILED` no model is loaded */
  get current(): HostableScorer {
    if (this.#scorer === undefined) {
      throw new HostError("HOST_FAILED", "The scoring host has no model. Ask it to load one first.");
    }
    return this.#scorer;
  }

  /** Lets go of a model that was loaded over this port; one that came from outside stays its owner's. */
  async release(): Promise<void> {
    if (!("load" in this.#served)) return;
    const scorer = this.#scorer;
    this.#scorer = undefined;
    await scorer?.dispose();
  }
}
