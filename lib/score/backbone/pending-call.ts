import type { Progress } from "../score.js";
import { depthFirstOrder } from "./request-order.js";
import type { HiddenRequest } from "./request.js";

/** Whose call it is. */
export type Caller = string | symbol;

/** Options of one call. */
export interface HiddenOptions {
  /** Checked before the start and between batches, on a CPU also within one that nobody else needs; the call rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** Phase `decode`, in tokens, after every batch with some of the call. An error it throws fails the call. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Batches are shared out evenly between callers. Default: the call is a caller of its own. */
  caller?: Caller | undefined;
}

/** One request that waits, or of which a beginning is computed and in the KV cache. */
export interface WaitingRequest extends Required<HiddenRequest> {
  readonly index: number;
  /** Tokens of the beginning that is computed. */
  computed: number;
  /** Wanted positions in that beginning: their states are known. */
  known: number;
  /** Its beginning was lost: it is computed in one go, which comes to an end whatever others do. */
  isWhole: boolean;
}

/** The requests of one call on their way: which come next, what is known, who waits for it. */
export class PendingCall {
  readonly caller: Caller;
  /** One array per request, one state per position. */
  readonly states: Float32Array[][];
  readonly #waiting: readonly WaitingRequest[];
  readonly #totalTokens: number;
  readonly #onProgress: HiddenOptions["onProgress"];
  /** Requests that were taken as a whole. */
  #taken = 0;
  #left: number;
  #doneTokens = 0;

  /** @param requests checked by `checkRequests`, at least one */
  constructor(requests: readonly HiddenRequest[], { caller, onProgress }: HiddenOptions) {
    this.caller = caller ?? Symbol("call");
    this.states = requests.map(() => []);
    this.#onProgress = onProgress;
    this.#left = requests.length;
    this.#totalTokens = requests.reduce((sum, { tokens }) => sum + tokens.length, 0);
    this.#waiting = depthFirstOrder(requests).flatMap((index) => {
      const request = requests[index];
      if (request === undefined) return [];
      return { isGrowing: false, ...request, index, computed: 0, known: 0, isWhole: false };
    });
  }

  /** Whether nothing of it was computed yet. */
  get isNew(): boolean {
    return this.#doneTokens === 0;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  /** Tokens of its requests that are not known yet. */
  get leftTokens(): number {
    return this.#totalTokens - this.#doneTokens;
  }

  /** Requests that are in no batch yet. */
  get waitingCount(): number {
    return this.#waiting.length - this.#taken;
  }

  /** The next request, or undefined when all are taken. */
  get next(): WaitingRequest | undefined {
    return this.#waiting[this.#taken];
  }

  /** The next request goes into a batch as a whole. */
  take(): void {
    this.#taken++;
  }

  /**
   * A batch is computed.
   * @param end of its tokens that are known now
   * @param states of the wanted positions from `request.known` on, up to `end`
   */
  deliver(request: WaitingRequest, end: number, states: readonly Float32Array[]): void {
    states.forEach((state, slot) => {
      const own = this.states[request.index];
      if (own !== undefined) own[request.known + slot] = state;
    });
    this.#doneTokens += Math.max(0, end - request.computed);
    request.known += states.length;
    request.computed = end;
    if (end === request.tokens.length) this.#left--;
  }

  /** @throws what the callback throws */
  report(): void {
    const done = Math.min(this.#doneTokens, this.#totalTokens);
    this.#onProgress?.({ phase: "decode", unit: "tokens", done, total: this.#totalTokens });
  }
}
