/**
 * Gives the texts of a GGUF header their leading U+FEFF back, which `@huggingface/gguf` drops: its `readString` decodes with
 * `new TextDecoder()`, for which it is a byte order mark, no text (0.4.6, src/gguf.ts; `{ ignoreBOM: true }` would mend it). Llama 2
 * has such a token, Gemma several.
 */

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

// Numbers of value types. Source: ggml/include/gguf.h, `gguf_type`.
const STRING = 8;
const ARRAY = 9;
/** Bytes of the other types, by number. */
const SIZES: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];

/**
 * @param header the file's bytes up to its tensors' data, in a form that the library has parsed
 * @returns the metadata, with every text as the file has it
 */
export function restoreByteOrderMarks(
  metadata: ReadonlyMap<string, unknown>,
  header: Buffer,
): ReadonlyMap<string, unknown> {
  if (!header.includes(BYTE_ORDER_MARK)) return metadata;
  const reader = new HeaderReader(header);
  const restored = new Map<string, unknown>();
  for (let left = reader.entryCount; left > 0; left--) {
    const key = reader.string();
    const text = reader.value(reader.u32());
    restored.set(key, text ?? metadata.get(withoutMark(key)));
  }
  return restored;
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Walks the entries of a header; gives texts, and skips all else. */
class HeaderReader {
  readonly entryCount: number;
  readonly #view: DataView;
  readonly #isLittleEndian: boolean;
  readonly #sizeBytes: 4 | 8;
  #offset = 4;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;

    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittleEndian = (this.#view.getUint32(4, true) & 0xffff) !== 0;
    // Version 1 had 32-bit counts.
    this.#sizeBytes = this.u32() === 1 ? 4 : 8;
    this.#count();
    this.entryCount = this.#count();
  }

  u32(): number {
    const value = this.#view.getUint32(this.#offset, this.#isLittleEndian);
    this.#offset += 4;
    return value;
  }

  string(): string {
    const length = this.#count();
    const start = this.#offset;
    this.#offset += length;
    return decoder.decode(this.#bytes.subarray(start, start + length));
  }

  /** A text or a list of texts; undefined for values of other types. */
  value(type: number): string | string[] | undefined {
    if (type === STRING) return this.string();
    if (type !== ARRAY) {
      this.#offset += SIZES[type] ?? 0;
      return undefined;
    }
    const of = this.u32();
    const length = this.#count();
    if (of === STRING) return Array.from({ length }, () => this.string());
    if (of === ARRAY) for (let left = length; left > 0; left--) this.value(ARRAY);
    else this.#offset += length * (SIZES[of] ?? 0);
    return undefined;
  }

  #count(): number {
    if (this.#sizeBytes === 4) return this.u32();
    const value = Number(this.#view.getBigUint64(this.#offset, this.#isLittleEndian));
    this.#offset += 8;
    return value;
  }
}
