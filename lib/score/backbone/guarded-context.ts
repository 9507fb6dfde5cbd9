import type { NativeBatch, NativeContext, NativeContextInfo } from "../native/native-addon.js";

/**
 * A context whose sequences are pairs of native sequences: sequence s is 2s and 2s + 1.
 *
 * For models with sliding-window attention. llama.cpp reuses a cell of the windowed layers when it belongs to exactly one
 * sequence and has left that sequence's window (`llama_kv_cache::find_slot`, v0.5.0); a later candidate that branches off
 * before the window would then miss it. A cell of two sequences is never reused.
 */
export class GuardedContext implements NativeContext {
  readonly info: NativeContextInfo;
  readonly #native: NativeContext;

  constructor(native: NativeContext) {
    this.#native = native;
    this.info = { ...native.info, maxSequences: Math.floor(native.info.maxSequences / 2) };
  }

  decode(batch: NativeBatch): Promise<Float32Array> {
    return this.#native.decode({
      ...batch,
      sequenceOffsets: batch.sequenceOffsets.map((offset) => 2 * offset),
      sequenceIds: Int32Array.from({ length: 2 * batch.sequenceIds.length }, (_, index) => {
        return 2 * (batch.sequenceIds[index >> 1] ?? 0) + (index & 1);
      }),
    });
  }

  cancel(): void {
    this.#native.cancel();
  }

  copySequence(from: number, to: number, start: number, end: number): void {
    this.#native.copySequence(2 * from, 2 * to, start, end);
    this.#native.copySequence(2 * from, 2 * to + 1, start, end);
  }

  removeSequence(sequence: number, start: number, end: number): void {
    this.#native.removeSequence(2 * sequence, start, end);
    this.#native.removeSequence(2 * sequence + 1, start, end);
  }

  sequenceRange(sequence: number): { first: number; last: number } {
    return this.#native.sequenceRange(2 * sequence);
  }

  clear(wipe?: boolean): void {
    this.#native.clear(wipe);
  }

  dispose(): Promise<void> {
    return this.#native.dispose();
  }
}

/** The context as it is, or guarded when the model has a sliding window. @param slidingWindow tokens, 0 for none */
export function guardWindow(native: NativeContext, slidingWindow: number): NativeContext {
  return slidingWindow > 0 ? new GuardedContext(native) : native;
}
