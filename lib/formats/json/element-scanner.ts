import { LARGEST_RECORD_BYTES } from "./parse-json.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Where in the document the next byte stands. */
type Place = "start" | "before first" | "before element" | "element" | "behind element" | "end";

/**
 * Finds the elements of a JSON array, or a single object, in bytes that come in pieces. It only knows where an element ends
 * (texts and nesting); whether it is JSON is for a parser to say. An element that is too long is passed over, not held.
 */
export class ElementScanner {
  #place: Place = "start";
  #isArray = true;
  /** Of the element at hand. */
  #kind: "nested" | "text" | "plain" = "plain";
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Bytes of a byte-order mark that were seen at the start. */
  #markBytes = 0;
  #problem: string | undefined;

  /** Elements that end in this piece; undefined in place of one that is too long. Nothing comes behind a mistake. */
  *push(chunk: Uint8Array): Generator<Uint8Array | undefined, void, undefined> {
    let start = 0;
    for (let at = 0; at < chunk.length && this.#problem === undefined;) {
      if (this.#place === "element") {
        const end = this.#endOfElement(chunk, at);
        this.#keep(chunk.subarray(start, end ?? chunk.length));
        if (end === undefined) return;
        yield this.#take();
        at = end;
        this.#place = this.#isArray ? "behind element" : "end";
      } else {
        start = at;
        at = this.#between(chunk[at] ?? 0) ? at + 1 : at;
      }
    }
  }

  /** To be called behind the last piece. @returns what is wrong with the document */
  end(): string | undefined {
    if (this.#problem !== undefined || this.#place === "end") return this.#problem;
    return this.#place === "start" ? "it is empty" : "it ends before the array does";
  }

  /** A byte outside of elements. @returns false where an element begins, of which it is the first byte */
  #between(byte: number): boolean {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return true;
    switch (this.#place) {
      case "start":
        if (byte === BYTE_ORDER_MARK[this.#markBytes]) return this.#markBytes++ < BYTE_ORDER_MARK.length;
        if (byte === OPEN_LIST) return this.#go("before first");
        if (byte !== OPEN_OBJECT) return this.#fail("it begins with neither [ nor {");
        this.#isArray = false;
        return this.#begin(byte);
      case "before first":
        return byte === CLOSE_LIST ? this.#go("end") : this.#begin(byte);
      case "before element":
        return this.#begin(byte);
      case "behind element":
        if (byte === COMMA) return this.#go("before element");
        return byte === CLOSE_LIST ? this.#go("end") : this.#fail("a comma is missing between two records");
      default:
        return this.#fail("something follows behind its end");
    }
  }

  #go(place: Place): true {
    this.#place = place;
    return true;
  }

  #fail(problem: string): true {
    this.#problem = problem;
    return true;
  }

  #begin(byte: number): boolean {
    if (byte === COMMA || byte === CLOSE_LIST) return this.#fail("a record is missing between two commas");
    this.#place = "element";
    this.#kind = byte === QUOTE ? "text" : byte === OPEN_LIST || byte === OPEN_OBJECT ? "nested" : "plain";
    this.#depth = 0;
    return false;
  }

  /** Index behind the element's last byte; undefined where it goes on behind this piece. */
  #endOfElement(chunk: Uint8Array, from: number): number | undefined {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#isInText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) {
          this.#isInText = false;
          if (this.#kind === "text") return at + 1;
        }
      } else if (byte === QUOTE) this.#isInText = true;
      else if (this.#kind === "plain") {
        if (byte === COMMA || byte === CLOSE_LIST || byte <= 0x20) return at;
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth++;
      else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        if (--this.#depth === 0) return at + 1;
      }
    }
    return undefined;
  }

  #keep(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length > LARGEST_RECORD_BYTES) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  #take(): Uint8Array | undefined {
    const element = this.#length > LARGEST_RECORD_BYTES ? undefined : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return element;
  }
}
