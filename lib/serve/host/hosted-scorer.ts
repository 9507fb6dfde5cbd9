import { setTimeout as delay } from "node:timers/promises";
import { DisposedError, HostError } from "../../errors.js";
import type { ModelDescription, ScoreOptions, SettledScore, TextOptions } from "../../score/score.js";
import type { ScorerClient } from "./client.js";
import type { HostKind } from "./host-process.js";
import { warner, type ScoringHostOptions } from "./hosting-options.js";
import type { ScorerStatus } from "./protocol.js";
import { abortable } from "../../util/abortable.js";
import { ReplaySource } from "./replay-source.js";
import { startFirstHost, startHost, type HostPlan, type LiveHost } from "./start-host.js";
import { messageOf } from "../../util/caught.js";
import {
  answeredBy,
  ScorerFront,
  type ConversationSource,
  type ScoreAnswer,
  type ScoreCalls,
  type ScoreMethod,
} from "../../score/scorer-front.js";

/** Longest wait between two restarts. */
const MAX_RESTART_DELAY_MS = 5_000;

/** How long a host may take to end by itself: its last native call, and freeing the model. */
const DISPOSE_GRACE_MS = 10_000;

/**
 * A model in a process (or thread) of its own, with the interface of a model in this one. When the host dies it is started
 * again, with the same model; calls in flight fail or run again, by `onCrash`.
 * @example
 * ```ts
 * import { startScoringHost } from "llama-reward/host";
 *
 * const model = await startScoringHost("models/urm", { hosts: ["child-process"] });
 * console.log(model.description.name, (await model.rank("What is 2 + 2?", ["4.", "5."]))[0]?.index);
 * await model.dispose();
 * ```
 */
export class HostedScorer extends ScorerFront {
  readonly #plan: HostPlan;
  readonly #options: ScoringHostOptions;
  readonly #kind: HostKind;
  readonly #description: ModelDescription;
  readonly #closing = new AbortController();
  readonly #warn: (message: string) => void;
  #current: Promise<LiveHost>;
  #pid: number | undefined;
  #restarts = 0;
  #crashesInARow = 0;
  /** Restarts in a row in which the host lived and the model could not be loaded; for the wait before the next one. */
  #failedLoads = 0;
  /** Why the last restart failed, where a later call may try again. */
  #failedLoad: string | undefined;

  private constructor(
    live: LiveHost,
    plan: HostPlan,
    options: ScoringHostOptions,
    warn: (m: string) => void,
  ) {
    super();
    this.#plan = plan;
    this.#options = options;
    this.#kind = live.process.kind;
    this.#description = live.client.description;
    this.#warn = warn;
    this.#current = Promise.resolve(live);
    this.#watch(live);
  }

  /**
   * Starts a host, loads the model in it and tries it out; see `startFirstHost` for the order.
   * @throws HostError `HOST_FAILED` no kind of host works; else what `RewardModel.load` throws
   */
  static async start(plan: HostPlan, options: ScoringHostOptions): Promise<HostedScorer> {
    const warn = warner(options);
    const kinds = options.hosts ?? (Object.keys(plan.launchers) as HostKind[]);
    const live = await startFirstHost(kinds, plan, options, warn);
    return new HostedScorer(live, plan, options, warn);
  }

  override get description(): ModelDescription {
    return this.#description;
  }

  /** Where the model runs now. `pid` is undefined while there is no host. */
  get host(): { kind: HostKind; pid: number | undefined; restarts: number } {
    return { kind: this.#kind, pid: this.#pid, restarts: this.#restarts };
  }

  /** @internal */
  protected override async *stream(
    conversations: ConversationSource,
    options: ScoreOptions,
  ): AsyncGenerator<SettledScore, void, undefined> {
    const source = new ReplaySource(conversations);
    try {
      for (let retries = 0; ; retries++) {
        const live = await this.#ready(options.signal);
        try {
          for await (const settled of live.client.scoreManySettled(source.replay(), options)) {
            source.answered();
            retries = 0;
            this.#crashesInARow = 0;
            yield settled;
          }
          return;
        } catch (error) {
          await this.#beforeRetry(error, retries, live);
        }
      }
    } finally {
      // Not awaited: a source that never answers again must not keep the caller.
      void source.close().catch(() => undefined);
    }
  }

  /** @internal */
  protected override answerTexts(texts: readonly string[], options: TextOptions): Promise<SettledScore[]> {
    return this.#run(options, (scorer) => scorer.scoreTexts(texts, options));
  }

  /** Where the model runs now, with warnings when less of it is on a GPU than was hoped for, and what this host computed. */
  status(): Promise<ScorerStatus> {
    return this.#run({}, (scorer) => scorer.status());
  }

  /** @internal */
  protected override answer<Method extends ScoreMethod>(
    method: Method,
    call: ScoreCalls[Method],
    options: ScoreOptions,
  ): ScoreAnswer<Method> {
    return this.#run(options, (scorer) => answeredBy(scorer)[method](call, options));
  }

  /** @internal */
  protected override admit(): void {
    // Every call asks for the host that is there when its turn comes, see #ready.
  }

  /** @internal Waits for no call: those in flight reject. Frees the model and ends the host. */
  protected override async free(): Promise<void> {
    this.#closing.abort();
    const live = await this.#current.catch(() => undefined);
    if (live === undefined) return;
    const timer = setTimeout(() => {
      live.process.kill();
    }, DISPOSE_GRACE_MS);
    await live.client.dispose();
    await live.process.ended;
    clearTimeout(timer);
  }

  async #run<T>(
    options: Pick<ScoreOptions, "signal">,
    call: (scorer: ScorerClient) => Promise<T>,
  ): Promise<T> {
    for (let retries = 0; ; retries++) {
      const live = await this.#ready(options.signal);
      try {
        const result = await call(live.client);
        this.#crashesInARow = 0;
        return result;
      } catch (error) {
        await this.#beforeRetry(error, retries, live);
      }
    }
  }

  /** Returns when the call may run again; else throws its error. */
  async #beforeRetry(error: unknown, retries: number, { client, process }: LiveHost): Promise<void> {
    const maxRetries = this.#options.onCrash === "retry" ? (this.#options.maxRetries ?? 2) : 0;
    // A host that lives may give a HostError too, of something it uses itself: that one is no crash.
    const hasCrashed = error instanceof HostError && client.failure === error;
    if (!hasCrashed || this.#closing.signal.aborted || retries >= maxRetries) throw error;
    await process.ended;
  }

  async #ready(signal: AbortSignal | undefined): Promise<LiveHost> {
    if (this.#closing.signal.aborted) throw DisposedError.of("The hosted model");
    if (this.#failedLoad !== undefined) {
      // What kept the model from loading may be over: a disk that is back, an update that is done.
      this.#keep(this.#restart(this.#failedLoad));
    }
    return abortable(this.#current, signal);
  }

  #watch(live: LiveHost): void {
    this.#pid = live.process.pid;
    void live.process.ended.then((reason) => {
      this.#pid = undefined;
      if (this.#closing.signal.aborted) return;
      this.#keep(this.#restart(reason));
    });
  }

  #keep(restart: Promise<LiveHost>): void {
    this.#current = restart;
    // Calls that wait for the host report it.
    restart.catch(() => undefined);
  }

  async #restart(firstReason: string): Promise<LiveHost> {
    const { maxRestarts = 5, restartDelayMs = 100 } = this.#options;
    this.#failedLoad = undefined;
    let reason = firstReason;
    for (;;) {
      if (this.#crashesInARow >= maxRestarts) {
        throw new HostError(
          "HOST_FAILED",
          `The scoring host ended ${this.#crashesInARow + 1} times in a row, last: ${reason}. It is not started again; ` +
            "dispose this model and start another host.",
          { details: { reason, restarts: this.#restarts } },
        );
      }
      const tries = this.#crashesInARow + this.#failedLoads;
      const waitMs = Math.min(restartDelayMs * 2 ** tries, MAX_RESTART_DELAY_MS);
      this.#crashesInARow += 1;
      this.#restarts += 1;
      this.#warn(`The scoring host is started again: ${reason}.`);
      try {
        await delay(waitMs, undefined, { signal: this.#closing.signal });
        const live = await startHost(this.#kind, this.#plan, { signal: this.#closing.signal });
        this.#failedLoads = 0;
        this.#watch(live);
        return live;
      } catch (error) {
        if (this.#closing.signal.aborted) throw DisposedError.of("The hosted model");
        if (!(error instanceof HostError)) {
          // No crash: the host lived, and the model could not be loaded. The next call tries again.
          this.#crashesInARow -= 1;
          this.#failedLoads += 1;
          this.#failedLoad = `the model could not be loaded (${messageOf(error)})`;
          throw error;
        }
        reason = error.message;
      }
    }
  }
}
