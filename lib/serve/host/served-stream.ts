import type { ConversationInput } from "../../score/conversation/conversation.js";
import { InvalidArgumentError } from "../../errors.js";
import type { ScoreOptions, Scorer, SettledScore } from "../../score/score.js";
import { Credit } from "./credit.js";
import { Inbox } from "./inbox.js";
import { STREAM_WINDOW, type HostMessage, type WireSettledScore } from "./protocol.js";
import { Batcher } from "./soon.js";
import { encodeError } from "./wire-error.js";

/** The host's half of one stream: conversations in, scores out, each side bounded by credit. */
export class ServedStream {
  readonly #id: number;
  readonly #post: (message: HostMessage) => void;
  readonly #items = new Inbox<unknown>();
  readonly #unread = new Credit();
  readonly #results: Batcher<WireSettledScore>;
  readonly #pulled: Batcher<1>;
  /** Conversations that the client may still send. */
  #wanted = STREAM_WINDOW;
  /** Scores sent that the caller has not consumed. */
  #sent = 0;
  #hasEnded = false;

  constructor(id: number, post: (message: HostMessage) => void) {
    this.#id = id;
    this.#post = post;
    this.#results = new Batcher((results) => {
      post({ type: "results", id, results });
    });
    this.#pulled = new Batcher((ones) => {
      this.#wanted += ones.length;
      post({ type: "want", id, count: ones.length });
    });
  }

  /** A client that sends more than was wanted, or more after the end, loses the stream: it would fill this process's memory. */
  push(items: readonly unknown[], end: boolean): void {
    this.#wanted -= items.length;
    if (this.#wanted < 0 || this.#hasEnded) {
      const why = this.#hasEnded ? "after the stream's end" : "than were wanted";
      this.#items.fail(
        new InvalidArgumentError(`The client of the scoring host sent more conversations ${why}.`),
      );
      return;
    }
    this.#items.push(items);
    if (!end) return;
    this.#hasEnded = true;
    this.#items.end();
  }

  /** Scores that the caller has consumed; never more than were sent. */
  taken(count: number): void {
    const taken = Math.min(count, this.#sent);
    this.#sent -= taken;
    this.#unread.grant(taken);
  }

  /** Scores until the client's items end. @throws what the scorer throws for the stream as a whole. */
  async run(scorer: Scorer, options: ScoreOptions): Promise<void> {
    const { signal } = options;
    const stop = (): void => {
      this.#items.fail(signal?.reason);
      // Lets a waiting sender go on to see the abort.
      this.#unread.grant(1);
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      this.#post({ type: "want", id: this.#id, count: STREAM_WINDOW });
      this.#unread.grant(STREAM_WINDOW);
      for await (const settled of scorer.scoreManySettled(this.#source(), options)) {
        await this.#unread.take();
        signal?.throwIfAborted();
        this.#sent += 1;
        this.#results.add(toWire(settled));
      }
      this.#results.flushNow();
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async *#source(): AsyncGenerator<ConversationInput> {
    for (;;) {
      const item = await this.#items.next();
      if (item === undefined) return;
      this.#pulled.add(1);
      // The scorer checks it and gives its error in place.
      yield item.value as ConversationInput;
    }
  }
}

/** A settled score as it travels. */
export function toWire(settled: SettledScore): WireSettledScore {
  return settled.error === undefined ? { score: settled.score } : { error: encodeError(settled.error) };
}
