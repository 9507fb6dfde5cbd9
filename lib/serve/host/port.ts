/**
 * One end of a two-way channel of structured-cloneable messages, whatever carries it: a child process, a worker thread,
 * an Electron utility process, a `MessagePort`, a WebSocket. Messages arrive in the order they were posted.
 */
export interface HostPort {
  post(message: unknown): void;
  /** Sets the one receiver. Messages that came earlier are delivered to it. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the other end is gone, with what is known about why. */
  onClose(listener: (reason: string) => void): void;
  close(): void;
}

/** A `MessagePort` as browsers, Node and Electron's renderer have it. */
export interface MessagePortLike {
  postMessage(message: unknown): void;
  addEventListener(
    type: "message" | "close",
    listener: (event: { type?: string; data?: unknown }) => void,
  ): void;
  start?(): void;
  close(): void;
}

/**
 * A {@link HostPort} over a `MessagePort`.
 * @example
 * ```ts
 * import { messagePort } from "llama-reward/host";
 *
 * const { port1, port2 } = new MessageChannel();
 * messagePort(port2).onMessage((message) => {
 *   console.log(message);
 *   port1.close();
 * });
 * messagePort(port1).post("hello");
 * ```
 */
export function messagePort(port: MessagePortLike): HostPort {
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.addEventListener("message", (event) => {
        listener(event.data);
      });
      port.start?.();
    },
    onClose: (listener) => {
      port.addEventListener("close", () => {
        listener("the message port was closed");
      });
    },
    close: () => {
      port.close();
    },
  };
}
