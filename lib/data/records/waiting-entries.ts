import type { ConversationInput } from "../../score/conversation/conversation.js";
import type { RewardError } from "../../errors.js";
import type { RecordEntry, RecordId } from "./record.js";

/** Errors that may wait behind records under way. The source rests then; the engine scores what it has meanwhile. */
const MOST_WAITING_ERRORS = 1000;

/**
 * Entries between their source and their outcome, in order. Records wait for their scores; errors only for what is before
 * them, and say so when they are at the front, since no score comes that would give them a turn.
 */
export class WaitingEntries {
  readonly #entries: RecordEntry[] = [];
  #errors = 0;
  #isAwake = false;
  #onWake: (() => void) | undefined;
  #onRoom: (() => void) | undefined;

  get front(): RecordEntry | undefined {
    return this.#entries[0];
  }

  /** Conversations of the entries, which wait here from then on. */
  async *conversations(entries: AsyncIterable<RecordEntry>): AsyncIterable<ConversationInput> {
    for await (const entry of entries) {
      this.#entries.push(entry);
      if (entry.record !== undefined) {
        yield* entry.record.conversations;
        continue;
      }
      this.#errors++;
      if (this.front === entry) this.wake();
      if (this.#errors >= MOST_WAITING_ERRORS) {
        await new Promise<void>((resolve) => {
          this.#onRoom = resolve;
        });
      }
    }
  }

  /** Gives whoever writes outcomes a turn. */
  wake(): void {
    this.#isAwake = true;
    this.#onWake?.();
  }

  /** Waits for a turn: an error has come to the front of what was waiting, or `wake` was called, since the last time. */
  async awake(): Promise<void> {
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        this.#onWake = resolve;
      });
    }
    this.#isAwake = false;
  }

  /** Errors at the front: nothing of theirs is in the stream of scores. */
  *takeErrors(): Iterable<{ id: RecordId; error: RewardError }> {
    for (let entry = this.front; entry?.error !== undefined; entry = this.front) {
      this.shift();
      yield { id: entry.id, error: entry.error };
    }
  }

  shift(): void {
    const entry = this.#entries.shift();
    if (entry?.error === undefined) return;
    this.#errors--;
    this.#onRoom?.();
    this.#onRoom = undefined;
  }
}
