import { DisposedError, HostError, InvalidArgumentError } from "../../errors.js";
import type { ScoreOptions } from "../../score/score.js";
import { answerCall } from "./answer-call.js";
import { LatestProgress } from "./latest-progress.js";
import type { HostPort } from "./port.js";
import {
  MAX_REQUESTS,
  PROTOCOL_VERSION,
  type ClientMessage,
  type HostMessage,
  type WireOptions,
} from "./protocol.js";
import { clientMessageSchema } from "./protocol-schema.js";
import { ScorerSlot, type ServedScorer } from "./scorer-slot.js";
import { ServedStream } from "./served-stream.js";
import { encodeError } from "./wire-error.js";
import { messageOf } from "../../util/caught.js";
import { zodProblems } from "../../util/zod-problems.js";

/** What `serveScorer` needs besides the port and the model. */
export interface ServeScorerOptions {
  /** Version to announce. */
  version: string;
}

/**
 * Answers the protocol's requests on a port until it closes. Messages are checked before use, so the other end may be a
 * page. When the port closes, calls in flight are aborted, and a model that was loaded over this port is disposed.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { messagePort, ScorerClient, serveScorer } from "llama-reward/host";
 *
 * const { port1, port2 } = new MessageChannel();
 * serveScorer(messagePort(port1), { load: (modelDir, options) => RewardModel.load(modelDir, options) }, { version: "" });
 * const client = await ScorerClient.connect(messagePort(port2));
 * console.log((await client.load("models/grm", { threads: 1 })).fingerprint);
 * await client.dispose();
 * ```
 */
export function serveScorer(port: HostPort, served: ServedScorer, options: ServeScorerOptions): void {
  new Session(port, served, options.version).start();
}

/** Faults of one message that are told. */
const NAMED_FAULTS = 5;

class Session {
  readonly #port: HostPort;
  readonly #slot: ScorerSlot;
  readonly #version: string;
  readonly #running = new Map<number, AbortController>();
  readonly #streams = new Map<number, ServedStream>();

  constructor(port: HostPort, served: ServedScorer, version: string) {
    this.#port = port;
    this.#slot = new ScorerSlot(served);
    this.#version = version;
  }

  start(): void {
    this.#port.onMessage((message) => {
      try {
        this.#check(message);
      } catch (error) {
        // Whoever sent it must not end this process by it.
        this.#refuse(message, messageOf(error));
      }
    });
    this.#port.onClose(() => {
      for (const controller of this.#running.values()) controller.abort(DisposedError.of("The connection"));
      void this.#slot.release().catch(() => undefined);
    });
    this.#post({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      version: this.#version,
      description: this.#slot.description,
    });
  }

  #check(message: unknown): void {
    const parsed = clientMessageSchema.safeParse(message);
    if (!parsed.success) {
      this.#refuse(message, zodProblems(parsed.error, "message").slice(0, NAMED_FAULTS).join("; "));
    } else if (this.#running.size >= MAX_REQUESTS && isRequest(parsed.data)) {
      this.#refuse(message, `${this.#running.size} requests are in progress already`);
    } else if (this.#opensAgain(parsed.data))
      this.#refuse(message, "its id is that of a request in progress");
    else this.#receive(parsed.data);
  }

  /** Whether a request has the id of another one, which could then not be aborted any more. */
  #opensAgain(message: ClientMessage): boolean {
    return isRequest(message) && "id" in message && this.#running.has(message.id);
  }

  #receive(message: ClientMessage): void {
    switch (message.type) {
      case "hello":
        // The client compares the versions: it has somebody to tell.
        break;
      case "load":
        this.#run(message.id, true, (options) =>
          this.#slot.load(message.modelDir, { ...message.options, ...options }),
        );
        break;
      case "call":
        this.#run(message.id, message.options.progress, (options) =>
          answerCall(this.#slot.current, message.request, { ...options, ...scoreOptions(message.options) }),
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
        this.#run(message.id, false, () => this.#slot.release());
        break;
      case "ping":
        this.#post({ type: "pong", id: message.id });
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
        await stream.run(this.#slot.current, { ...options, ...scoreOptions(wire) });
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
      if (controller.signal.aborted || this.#post(message)) return;
      // A value that cannot travel, of a scorer that is not this package's.
      const error = new HostError("HOST_FAILED", "The scoring host's answer cannot be sent.");
      this.#post({ type: "error", id, error: encodeError(error) });
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

  #refuse(message: unknown, why: string): void {
    const id = typeof message === "object" && message !== null && "id" in message ? message.id : undefined;
    if (typeof id !== "number") return;
    const error = new InvalidArgumentError(`The scoring host received a malformed message: ${why}`);
    this.#running.get(id)?.abort(error);
    this.#post({ type: "error", id, error: encodeError(error) });
  }

  /** @returns whether it could be sent */
  #post(message: HostMessage): boolean {
    try {
      this.#port.post(message);
      return true;
    } catch {
      return false;
    }
  }
}

/** A call's own options, as the scorer takes them. */
function scoreOptions({ emit, caller }: WireOptions): ScoreOptions {
  return { emit, caller };
}

/** Whether a message begins something that ends with one answer. */
function isRequest({ type }: ClientMessage): boolean {
  return ["load", "call", "open", "dispose"].includes(type);
}
