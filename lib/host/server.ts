import { DisposedError, HostError, InvalidArgumentError } from "../errors.js";
import type { ModelDescription, Progress, ScoreOptions, Scorer, TextScorer } from "../score.js";
import type { HostPort } from "./port.js";
import {
  PROTOCOL_VERSION,
  type CallRequest,
  type ClientMessage,
  type HostMessage,
  type ScorerStatus,
  type WireOptions,
} from "./protocol.js";
import { clientMessageSchema } from "./protocol-schema.js";
import { ServedStream, toWire } from "./served-stream.js";
import { soon } from "./soon.js";
import { encodeError } from "./wire-error.js";

/** A scorer, with what else a `RewardModel` can do and tell, if it can. */
export type HostableScorer = Scorer & Partial<TextScorer> & Readonly<ScorerStatus>;

/** Loads the model a client asks for. `options` is what the client passed, plus the signal and progress callback. */
export type LoadScorer = (
  modelDir: string,
  options: Readonly<Record<string, unknown>> & Pick<ScoreOptions, "signal" | "onProgress">,
) => Promise<HostableScorer>;

/** What a host serves: a model that is loaded already and stays its owner's, or the means to load one when asked. */
export type ServedScorer = { scorer: HostableScorer } | { load: LoadScorer };

export interface ServeScorerOptions {
  /** Version to announce. */
  version: string;
}

/**
 * Answers the protocol's requests on a port until it closes. Messages are checked before use, so the other end may be a
 * page. When the port closes, calls in flight are aborted, and a model that was loaded over this port is disposed.
 */
export function serveScorer(port: HostPort, served: ServedScorer, options: ServeScorerOptions): void {
  new Session(port, served, options.version).start();
}

class Session {
  readonly #port: HostPort;
  readonly #served: ServedScorer;
  readonly #version: string;
  readonly #running = new Map<number, AbortController>();
  readonly #streams = new Map<number, ServedStream>();
  #scorer: HostableScorer | undefined;
  #loading: Promise<unknown> = Promise.resolve();

  constructor(port: HostPort, served: ServedScorer, version: string) {
    this.#port = port;
    this.#served = served;
    this.#version = version;
    this.#scorer = "scorer" in served ? served.scorer : undefined;
  }

  start(): void {
    this.#port.onMessage((message) => {
      const parsed = clientMessageSchema.safeParse(message);
      if (!parsed.success) {
        const faults = parsed.error.issues.map(({ path, message: fault }) => `${path.join(".")}: ${fault}`);
        this.#refuse(message, faults.join("; "));
      } else if (this.#opensAgain(parsed.data))
        this.#refuse(message, "its id is that of a request in progress");
      else this.#receive(parsed.data);
    });
    this.#port.onClose(() => {
      for (const controller of this.#running.values()) controller.abort(new DisposedError("The connection"));
      void this.#release().catch(() => undefined);
    });
    this.#post({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      version: this.#version,
      description: this.#scorer?.description ?? null,
    });
  }

  /** Whether a request has the id of another one, which could then not be aborted any more. */
  #opensAgain({ type, ...rest }: ClientMessage): boolean {
    return ["load", "call", "open", "dispose"].includes(type) && "id" in rest && this.#running.has(rest.id);
  }

  #receive(message: ClientMessage): void {
    switch (message.type) {
      case "hello":
        // The client compares the versions: it has somebody to tell.
        break;
      case "load":
        this.#run(message.id, true, (options) =>
          this.#load(message.modelDir, { ...message.options, ...options }),
        );
        break;
      case "call":
        this.#run(message.id, message.options.progress, (options) =>
          call(this.#loaded(), message.request, { ...options, emit: message.options.emit }),
        );
        break;
      case "open":
        this.#open(message.id, message.options);
        break;
      case "items":
        this.#streams.get(message.id)?.push(message.items, message.end);
        break;
      case "taken":
        this.#streams.get(message.id)?.taken(message.count);
        break;
      case "abort":
        this.#running.get(message.id)?.abort(new DOMException("Aborted by the client.", "AbortError"));
        break;
      case "dispose":
        this.#run(message.id, false, () => this.#release());
        break;
    }
  }

  #open(id: number, wire: WireOptions): void {
    const stream = new ServedStream(id, (message) => {
      this.#post(message);
    });
    this.#streams.set(id, stream);
    this.#run(id, wire.progress, async (options) => {
      try {
        await stream.run(this.#loaded(), { ...options, emit: wire.emit });
      } finally {
        this.#streams.delete(id);
      }
    });
  }

  /** Runs one request under its abort signal and posts what comes of it, unless the client gave it up. */
  #run(id: number, wantsProgress: boolean, work: (options: ScoreOptions) => Promise<unknown>): void {
    const controller = new AbortController();
    this.#running.set(id, controller);
    const progress = new LatestProgress((value) => {
      if (this.#running.get(id) === controller) this.#post({ type: "progress", id, progress: value });
    });
    const finish = (message: HostMessage): void => {
      this.#running.delete(id);
      if (!controller.signal.aborted) this.#post(message);
    };
    // An executor turns a synchronous throw of `work` into the same rejection.
    new Promise((resolve) => {
      const onProgress = wantsProgress ? progress.report : undefined;
      resolve(work({ signal: controller.signal, onProgress }));
    }).then(
      (value) => {
        progress.flush();
        finish({ type: "result", id, value });
      },
      (error: unknown) => {
        finish({ type: "error", id, error: encodeError(error) });
      },
    );
  }

  /** Loads one model after the other, since each takes the place of the one before. */
  #load(modelDir: string, options: Parameters<LoadScorer>[1]): Promise<unknown> {
    const description = this.#loading.then(() => this.#replace(modelDir, options));
    this.#loading = description.catch(() => undefined);
    return description;
  }

  async #replace(modelDir: string, options: Parameters<LoadScorer>[1]): Promise<ModelDescription> {
    if (!("load" in this.#served)) {
      throw new InvalidArgumentError("This host serves one model and loads no other.");
    }
    options.signal?.throwIfAborted();
    await this.#release();
    const scorer = await this.#served.load(modelDir, options);
    if (options.signal?.aborted === true) {
      // Nobody is left who would let go of it.
      await scorer.dispose();
      throw options.signal.reason;
    }
    this.#scorer = scorer;
    return scorer.description;
  }

  #loaded(): HostableScorer {
    if (this.#scorer === undefined) {
      throw new HostError("HOST_FAILED", "The scoring host has no model. Ask it to load one first.");
    }
    return this.#scorer;
  }

  /** Lets go of a model that was loaded over this port; one that came from outside stays its owner's. */
  async #release(): Promise<void> {
    if (!("load" in this.#served)) return;
    const scorer = this.#scorer;
    this.#scorer = undefined;
    await scorer?.dispose();
  }

  #refuse(message: unknown, why: string): void {
    const id = typeof message === "object" && message !== null && "id" in message ? message.id : undefined;
    if (typeof id !== "number") return;
    const error = new InvalidArgumentError(`The scoring host received a malformed message: ${why}`);
    this.#running.get(id)?.abort(error);
    this.#post({ type: "error", id, error: encodeError(error) });
  }

  #post(message: HostMessage): void {
    this.#port.post(message);
  }
}

async function call(scorer: HostableScorer, request: CallRequest, options: ScoreOptions): Promise<unknown> {
  // The scorer checks conversations and texts itself: what came over the wire is no more trusted than a caller's.
  switch (request.method) {
    case "score":
      return scorer.score(request.messages as never, options);
    case "rank":
      return scorer.rank(request.prompt as never, request.responses as never, options);
    case "compare":
      return scorer.compare(request.prompt as never, request.a as never, request.b as never, options);
    case "scoreTexts": {
      if (scorer.scoreTexts === undefined) {
        throw new InvalidArgumentError("This host's model takes conversations only, no rendered prompts.");
      }
      const { texts, addSpecialTokens } = request;
      return (await scorer.scoreTexts(texts, { addSpecialTokens, signal: options.signal })).map(toWire);
    }
    case "status":
      return { placement: scorer.placement, stats: scorer.stats && { ...scorer.stats } };
  }
}

/** Sends the newest progress of a call, at most once per turn of the event loop. */
class LatestProgress {
  readonly #post: (progress: Progress) => void;
  #latest: Progress | undefined;

  constructor(post: (progress: Progress) => void) {
    this.#post = post;
  }

  readonly report = (progress: Progress): void => {
    if (this.#latest === undefined) {
      soon(() => {
        this.flush();
      });
    }
    this.#latest = progress;
  };

  flush(): void {
    if (this.#latest === undefined) return;
    const { phase, done, total } = this.#latest;
    this.#latest = undefined;
    this.#post({ phase, done, total });
  }
}
