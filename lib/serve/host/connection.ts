import { HostError, InvalidArgumentError } from "../../errors.js";
import type { HostPort } from "./port.js";
import type { ClientMessage, HostMessage } from "./protocol.js";
import { decodeError } from "./wire-error.js";
import { messageOf } from "../../util/caught.js";

/** The host's first message. */
export type Hello = Extract<HostMessage, { type: "hello" }>;

/** What a request waits for. `onMessage` sees everything but the final `result` and `error`. */
export interface RequestHandler {
  onMessage?(message: Exclude<HostMessage, Hello>): void;
  onResult(value: unknown): void;
  onError(error: Error): void;
}

/** The client's end of a port: hands out request ids and brings each answer to its request. */
export class Connection {
  /** Settles when the host has said hello; rejects with HOST_FAILED when it is gone before. */
  readonly hello: Promise<Hello>;
  readonly #port: HostPort;
  readonly #requests = new Map<number, RequestHandler>();
  readonly #pings = new Map<number, () => void>();
  readonly #onBusy: (busy: boolean) => void;
  #nextId = 1;
  #failure: Error | undefined;

  /** @param onBusy told when the first request starts and the last one ends */
  constructor(port: HostPort, onBusy: (busy: boolean) => void = () => undefined) {
    this.#port = port;
    this.#onBusy = onBusy;
    this.hello = new Promise((resolve, reject) => {
      port.onMessage((message) => {
        // A host script of somebody else's may send anything; only this protocol's messages count.
        if (typeof message !== "object" || message === null) return;
        const received = message as HostMessage;
        try {
          if (received.type === "hello") resolve(received);
          else this.#receive(received);
        } catch (cause) {
          // Thrown here it would end the whole program.
          this.fail(
            new HostError(
              "HOST_FAILED",
              "The scoring host sent something that no host of this version sends.",
              { cause },
            ),
          );
        }
      });
      port.onClose((reason) => {
        const error = new HostError("HOST_FAILED", `The scoring host is gone: ${reason}.`, {
          details: { reason },
        });
        reject(error);
        this.fail(error);
      });
    });
    // Nobody may be waiting for it when the host dies.
    this.hello.catch(() => undefined);
  }

  /** Why no request can be made any more, or undefined while the host lives. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Registers a request. @throws HostError `HOST_FAILED` the host is gone */
  open(handler: RequestHandler): number {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#nextId++;
    this.#requests.set(id, handler);
    if (this.#requests.size === 1) this.#onBusy(true);
    return id;
  }

  /** Resolves when the host answers; a host that is gone or hangs never does. */
  ping(): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#pings.set(id, resolve);
      this.send({ type: "ping", id });
    });
  }

  /** Forgets a request; later answers to it are ignored. */
  release(id: number): void {
    if (this.#requests.delete(id) && this.#requests.size === 0) this.#onBusy(false);
  }

  /** @throws InvalidArgumentError the message holds something that cannot travel */
  send(message: ClientMessage): void {
    if (this.#failure !== undefined) return;
    try {
      this.#port.post(message);
    } catch (error) {
      const why = messageOf(error);
      throw new InvalidArgumentError(
        `The call cannot be sent to the scoring host: ${why} Give plain data only, no functions or the like.`,
        { cause: error },
      );
    }
  }

  /** Ends every request with `error`, and every later one. */
  fail(error: Error): void {
    this.#failure ??= error;
    const handlers = [...this.#requests.entries()];
    for (const [id, handler] of handlers) {
      this.release(id);
      handler.onError(error);
    }
  }

  close(): void {
    this.#port.close();
  }

  #receive(message: Exclude<HostMessage, Hello>): void {
    if (message.type === "pong") {
      this.#pings.get(message.id)?.();
      this.#pings.delete(message.id);
      return;
    }
    const handler = this.#requests.get(message.id);
    if (handler === undefined) return;
    switch (message.type) {
      case "result":
        this.release(message.id);
        handler.onResult(message.value);
        break;
      case "error":
        {
          // Before the request is forgotten: a malformed error must not leave its caller waiting.
          const error = decodeError(message.error);
          this.release(message.id);
          handler.onError(error);
        }
        break;
      default:
        handler.onMessage?.(message);
    }
  }
}
