import { appendAll } from "../../util/collections.js";
import { ParquetProblem } from "./unreadable.js";

/**
 * Thrift's compact protocol, as far as Parquet uses it, read without trust: every length is compared with the bytes that are
 * there before anything is sized by it. Source: doc/specs/thrift-compact-protocol.md of Apache Thrift 0.22.
 * By hand: hyparquet's own reader takes lengths as they come.
 */
export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftValue[] | ThriftStruct;
/** Fields by their ids. */
export type ThriftStruct = Map<number, ThriftValue>;

/** Parquet's own structures nest less than half as deep. */
const DEEPEST = 32;
/** A varint of 64 bits. */
const LONGEST_VARINT = 10;

const TYPE = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};

/** Reads structures one after the other. */
export class ThriftReader {
  readonly #view: DataView;

  /** @param offset where the first structure begins; afterwards where the last one that was read ends */
  constructor(
    readonly bytes: Uint8Array,
    public offset = 0,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws ParquetProblem the bytes are no structure */
  struct(depth = 0): ThriftStruct {
    if (depth > DEEPEST) throw new ParquetProblem("its structures nest too deep");
    const fields: ThriftStruct = new Map();
    for (let id = 0; ;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === TYPE.stop) return fields;
      id = head >> 4 === 0 ? Number(this.#signed()) : id + (head >> 4);
      fields.set(id, this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case TYPE.true:
      case TYPE.false:
        return type === TYPE.true;
      case TYPE.byte:
        return (this.#byte() << 24) >> 24;
      case TYPE.i16:
      case TYPE.i32:
        return Number(this.#signed());
      case TYPE.i64:
        return this.#signed();
      case TYPE.double:
        this.#need(8);
        this.offset += 8;
        return this.#view.getFloat64(this.offset - 8, true);
      case TYPE.binary: {
        const length = Number(this.#unsigned());
        this.#need(length);
        this.offset += length;
        return this.bytes.subarray(this.offset - length, this.offset);
      }
      case TYPE.list:
        return this.#list(depth);
      case TYPE.struct:
        return this.struct(depth + 1);
      default:
        throw new ParquetProblem(`it has a field of the unknown type ${type}`);
    }
  }

  #list(depth: number): ThriftValue[] {
    if (depth > DEEPEST) throw new ParquetProblem("its structures nest too deep");
    const head = this.#byte();
    const type = head & 0x0f;
    const length = head >> 4 === 15 ? Number(this.#unsigned()) : head >> 4;
    // Each element takes a byte at least.
    this.#need(length);
    const isFlags = type === TYPE.true || type === TYPE.false;
    return Array.from({ length }, () => (isFlags ? this.#byte() === 1 : this.#value(type, depth + 1)));
  }

  #unsigned(): bigint {
    // Nearly all fit in a number; a bigint for each would be slow.
    let low = 0;
    for (let count = 0; count < 4; count++) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let count = 4; count < LONGEST_VARINT; count++) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ParquetProblem("it has a number that is too long");
  }

  #signed(): bigint {
    const zigzag = this.#unsigned();
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }

  #byte(): number {
    this.#need(1);
    return this.#view.getUint8(this.offset++);
  }

  #need(length: number): void {
    if (this.offset + length > this.bytes.length)
      throw new ParquetProblem("it ends before its structures do");
  }
}

/** Writes a structure of whole numbers, flags and structures, by ascending field ids. */
export function writeStruct(fields: Readonly<Record<number, number | boolean | Uint8Array>>): Uint8Array {
  const bytes: number[] = [];
  let last = 0;
  for (const [key, value] of Object.entries(fields)) {
    const id = Number(key);
    const delta = (id - last) << 4;
    last = id;
    if (typeof value === "boolean") bytes.push(delta | (value ? TYPE.true : TYPE.false));
    else if (typeof value === "number") {
      bytes.push(delta | TYPE.i32);
      pushVarint(bytes, value * 2);
    } else {
      bytes.push(delta | TYPE.struct);
      appendAll(bytes, value);
    }
  }
  bytes.push(TYPE.stop);
  return Uint8Array.from(bytes);
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}
