import { CheckpointError } from "../../errors.js";
import { decodeUtf8 } from "../../util/utf8.js";
import { invalidCheckpoint } from "../safetensors/safetensors-header.js";

/** Longest name of a module or of something in it that a line may hold. */
const MAX_LINE_BYTES = 1024;

/** Reads a pickle's bytes in order; knows where it is. Every length is checked before it is used. */
export class PickleCursor {
  position = 0;
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** What they are of, for messages. */
    readonly label: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Big-endian, as pickles have it. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  text(length: number): string {
    const at = this.position;
    const bytes = this.take(length);
    try {
      return decodeUtf8(bytes);
    } catch {
      throw this.invalid(`the text at byte ${at} is no UTF-8`);
    }
  }

  /** Text up to the next line feed, which is passed over. */
  line(): string {
    const length = this.bytes.subarray(this.position, this.position + MAX_LINE_BYTES).indexOf(0x0a);
    if (length < 0) throw this.invalid(`the line at byte ${this.position} has no end`);
    const text = this.text(length);
    this.position++;
    return text;
  }

  /** The error for what no program that saves weights writes. */
  invalid(fault: string): Error {
    return invalidCheckpoint(`${this.label} is damaged, or was not written by torch.save: ${fault}.`, {
      file: this.label,
      position: this.position,
    });
  }

  /** The error for what could be there and is not read. */
  unsupported(what: string): CheckpointError {
    return new CheckpointError("CHECKPOINT_UNSUPPORTED", `${this.label}: ${what}`, {
      details: { file: this.label, position: this.position },
    });
  }

  #advance(length: number): number {
    const start = this.position;
    if (start + length > this.bytes.length) {
      throw this.invalid(`it ends at byte ${this.bytes.length}, expected ${start + length}`);
    }
    this.position += length;
    return start;
  }
}
