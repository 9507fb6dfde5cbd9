/** What a heartbeat needs of a client. */
export interface Pingable {
  /** Resolves when the host has answered. Never rejects. */
  ping(): Promise<void>;
}

/** Questions without an answer before a host counts as hung: one alone may be lost to a machine that slept. */
const MISSES = 2;

/**
 * Asks a host again and again whether it is there, while calls wait for it: its event loop is free whatever it computes, so one
 * that does not answer hangs.
 */
export class Heartbeat {
  readonly #client: () => Pingable;
  readonly #intervalMs: number;
  readonly #onHang: (silentMs: number) => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param intervalMs 0: never asks */
  constructor(client: () => Pingable, intervalMs: number, onHang: (silentMs: number) => void) {
    this.#client = client;
    this.#intervalMs = intervalMs;
    this.#onHang = onHang;
  }

  start(): void {
    if (this.#intervalMs === 0 || this.#timer !== undefined) return;
    let misses = 0;
    let isWaiting = false;
    this.#timer = setInterval(() => {
      if (isWaiting) {
        misses++;
        if (misses === MISSES) this.#onHang(misses * this.#intervalMs);
        return;
      }
      isWaiting = true;
      void this.#client()
        .ping()
        .then(() => {
          isWaiting = false;
          misses = 0;
        });
    }, this.#intervalMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
