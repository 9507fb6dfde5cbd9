import { abortable } from "../../util/abortable.js";

/** A call that waits. */
interface Place {
  readonly weight: number;
  hasEntered: boolean;
  enter: () => void;
}

interface Caller {
  /** Weight of its calls under way. */
  weight: number;
  /** In order. */
  readonly waiting: Set<Place>;
}

/**
 * Lets each caller have so much under way; what is more waits its turn, untouched, so that it takes no memory but its own. One call
 * is let in whatever it weighs.
 */
export class CallerGate {
  readonly #most: number;
  readonly #callers = new Map<string, Caller>();

  /** @param most weight of one caller's calls under way */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param caller undefined: nobody else's call counts with this one
   * @throws `signal.reason` while it waits; what the work throws
   */
  async run<Result>(
    caller: string | undefined,
    weight: number,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (caller === undefined) return work();
    const own = this.#callers.get(caller) ?? { weight: 0, waiting: new Set() };
    this.#callers.set(caller, own);
    if (own.weight > 0 && (own.waiting.size > 0 || own.weight + weight > this.#most)) {
      await this.#wait(own, weight, signal);
    } else own.weight += weight;
    try {
      return await work();
    } finally {
      own.weight -= weight;
      this.#letIn(own);
      if (own.weight === 0 && own.waiting.size === 0) this.#callers.delete(caller);
    }
  }

  async #wait(own: Caller, weight: number, signal: AbortSignal | undefined): Promise<void> {
    const place: Place = { weight, hasEntered: false, enter: () => undefined };
    const entered = new Promise<void>((resolve) => {
      place.enter = resolve;
    });
    own.waiting.add(place);
    try {
      await abortable(entered, signal);
    } catch (error) {
      own.waiting.delete(place);
      // Let in and aborted at once: its place is free again.
      if (place.hasEntered) own.weight -= weight;
      this.#letIn(own);
      throw error;
    }
  }

  #letIn(own: Caller): void {
    for (const place of own.waiting) {
      if (own.weight > 0 && own.weight + place.weight > this.#most) return;
      own.waiting.delete(place);
      own.weight += place.weight;
      place.hasEntered = true;
      place.enter();
    }
  }
}
