import type { ConversationInput } from "../../score/conversation/conversation.js";
import { each } from "../../util/collections.js";

/**
 * Reads a caller's conversations once, and keeps those without an answer, so that another host can go on where one died.
 */
export class ReplaySource {
  readonly #iterator: AsyncGenerator<ConversationInput, void>;
  readonly #unanswered: ConversationInput[] = [];
  #answeredCount = 0;
  #pulling: Promise<boolean> | undefined;

  constructor(conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>) {
    this.#iterator = each(conversations);
  }

  /** Everything without an answer, then the rest of the source. */
  async *replay(): AsyncGenerator<ConversationInput, void> {
    for (let place = this.#answeredCount; ; place++) {
      for (;;) {
        const known = this.#unanswered[place - this.#answeredCount];
        if (known !== undefined) {
          yield known;
          break;
        }
        // The reader of a dead host may still be waiting for the same one: both get it from the list.
        this.#pulling ??= this.#pull();
        if (!(await this.#pulling)) return;
      }
    }
  }

  /** The first conversation without an answer has one now. */
  answered(): void {
    this.#unanswered.shift();
    this.#answeredCount += 1;
  }

  async close(): Promise<void> {
    await this.#iterator.return();
  }

  async #pull(): Promise<boolean> {
    try {
      const next = await this.#iterator.next();
      if (next.done === true) return false;
      this.#unanswered.push(next.value);
      return true;
    } finally {
      this.#pulling = undefined;
    }
  }
}
