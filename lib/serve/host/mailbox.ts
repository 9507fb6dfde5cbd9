/** Keeps messages, and the end, until somebody listens: a host may speak before its client is set up. */
export class Mailbox {
  readonly #waiting: unknown[] = [];
  #listener: ((message: unknown) => void) | undefined;
  #closeListener: ((reason: string) => void) | undefined;
  #closedBecause: string | undefined;

  readonly deliver = (message: unknown): void => {
    if (this.#listener === undefined) this.#waiting.push(message);
    else this.#listener(message);
  };

  readonly close = (reason: string): void => {
    if (this.#closedBecause !== undefined) return;
    this.#closedBecause = reason;
    this.#closeListener?.(reason);
  };

  readonly onMessage = (listener: (message: unknown) => void): void => {
    this.#listener = listener;
    for (const message of this.#waiting.splice(0)) listener(message);
  };

  readonly onClose = (listener: (reason: string) => void): void => {
    this.#closeListener = listener;
    if (this.#closedBecause !== undefined) listener(this.#closedBecause);
  };
}
