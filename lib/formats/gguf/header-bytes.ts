import { decodeUtf8 } from "../../util/utf8.js";
import type { ValueType } from "./gguf-value.js";

/** The header goes on after the bytes that were read. */
export class NeedMoreBytes extends Error {}

const SIZES = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  u64: 8,
  i64: 8,
  f64: 8,
} as const;
type NumberType = keyof typeof SIZES;

/** A cursor over the little-endian bytes of a GGUF header. Every length is checked before it is believed. */
export class HeaderBytes {
  readonly #bytes: Buffer;

  constructor(
    bytes: Buffer,
    /** Makes the error for a damaged header. */
    readonly fault: (message: string) => Error,
    /** Bytes read so far. */
    public position = 0,
  ) {
    this.#bytes = bytes;
  }

  /** Another cursor over the same bytes. */
  from(position: number): HeaderBytes {
    return new HeaderBytes(this.#bytes, this.fault, position);
  }

  sizeOf(type: Exclude<ValueType, "array" | "string">): number {
    return SIZES[type];
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  /** A count that cannot be true is a damaged header. */
  count(what: string, limit: number): number {
    const value = this.#bytes.readBigUInt64LE(this.#take(8));
    if (value > BigInt(limit)) throw this.fault(`it claims ${value} ${what}`);
    return Number(value);
  }

  /** A size or offset. */
  size(what: string): number {
    const value = this.#bytes.readBigUInt64LE(this.#take(8));
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.fault(`${what} has the size ${value}`);
    return Number(value);
  }

  number(type: NumberType): number | bigint | boolean {
    const at = this.#take(SIZES[type]);
    const bytes = this.#bytes;
    switch (type) {
      case "u8":
        return bytes.readUInt8(at);
      case "i8":
        return bytes.readInt8(at);
      case "u16":
        return bytes.readUInt16LE(at);
      case "i16":
        return bytes.readInt16LE(at);
      case "u32":
        return bytes.readUInt32LE(at);
      case "i32":
        return bytes.readInt32LE(at);
      case "f32":
        return bytes.readFloatLE(at);
      case "f64":
        return bytes.readDoubleLE(at);
      case "u64":
        return bytes.readBigUInt64LE(at);
      case "i64":
        return bytes.readBigInt64LE(at);
      case "bool":
        return this.#boolean(at);
    }
  }

  /** A text that must be UTF-8. */
  text(what: string, limit: number): string {
    const text = this.textOrUndefined(limit, what);
    if (text === undefined) throw this.fault(`${what} is not UTF-8`);
    return text;
  }

  textOrUndefined(limit: number, what = "a text"): string | undefined {
    const length = this.count(`bytes for ${what}`, limit);
    const start = this.#take(length);
    // Four times as fast for the short texts of a vocabulary; keeps U+FEFF, too.
    const text = this.#bytes.toString("utf8", start, start + length);
    if (!text.includes("\ufffd")) return text;
    try {
      return decodeUtf8(this.#bytes.subarray(start, start + length));
    } catch {
      return undefined;
    }
  }

  skipText(what: string, limit: number): void {
    this.skip(this.count(`bytes for a text of ${what}`, limit));
  }

  skip(length: number): void {
    this.#take(length);
  }

  #boolean(at: number): boolean {
    const value = this.#bytes.readUInt8(at);
    if (value > 1) throw this.fault(`a boolean has the value ${value}`);
    return value === 1;
  }

  #take(length: number): number {
    const start = this.position;
    if (start + length > this.#bytes.length) throw new NeedMoreBytes();
    this.position = start + length;
    return start;
  }
}
