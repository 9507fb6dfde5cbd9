import { crc32 } from "node:zlib";
import { appendAll } from "../../util/collections.js";
import { unpack } from "./codecs.js";
import { ENCODING, readPageHeader, writePageHeader, type PageHeader } from "./page-header.js";
import { readLevels } from "./levels.js";
import { demand } from "./unreadable.js";
import { ThriftReader } from "./thrift.js";
import { checkValues, type ValueType } from "./values.js";
import { nextTurn } from "../../util/event-loop.js";

/** A column as the schema and the table of contents describe it. */
export interface ColumnShape extends ValueType {
  maxDefinition: number;
  maxRepetition: number;
}

/** What is wrong with a column that no budget is left for. */
export const TOO_MUCH =
  "its row group unpacks to more than is read at once; write the file with smaller row groups";

/** Bytes of a column chunk that are unpacked before other work of the process gets a turn. */
const BYTES_PER_TURN = 16 << 20;
/** hyparquet reads whole groups of bit-packed values, whose last one writers may cut: space for 8 values of 24 bits. */
const PADDING = new Uint8Array(32);

/**
 * Unpacks a column chunk and checks all that a decoder trusts: the sizes of its pages and their checksums, the levels, and that
 * every page holds as many values as it announces and the chunk as many rows as its row group. hyparquet 1.31.5 checks none
 * of these: a damaged length makes it compute for ever, fill the memory, or read on in the next page.
 * @param chunk its bytes
 * @param budget how many bytes may come out
 * @param signal ends the work, between two pages
 * @returns the same chunk, not packed, with headers that were written anew
 * @throws ParquetProblem; `signal.reason`
 */
export async function soundChunk(
  chunk: Uint8Array,
  column: ColumnShape & { codec: string; valueCount: number },
  rowCount: number,
  budget: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  let valueCount = 0;
  let rows = 0;
  let dictionarySize: number | undefined;
  const reader = new ThriftReader(chunk);
  for (let turn = 0; valueCount < column.valueCount || rows < rowCount;) {
    demand(reader.offset < chunk.length, `it ends after ${valueCount} of ${column.valueCount} values`);
    const header = readPageHeader(reader);
    const end = reader.offset + header.packedSize;
    demand(end <= chunk.length, "a page is longer than its column chunk");
    const packed = chunk.subarray(reader.offset, end);
    reader.offset = end;
    demand(header.crc === undefined || crc32(packed) === header.crc, "a page does not have its checksum");
    if (header.kind === "index") continue;
    size += header.size;
    demand(size <= budget, TOO_MUCH);
    if (header.kind === "dictionary") {
      demand(dictionarySize === undefined && valueCount === 0, "a dictionary does not come first");
      const bytes = unpack(packed, column.codec, header.size);
      checkValues(bytes, column, ENCODING.plain, header.valueCount, undefined, budget);
      dictionarySize = header.valueCount;
      push(parts, { ...header, encoding: ENCODING.plain }, [bytes]);
    } else {
      demand(
        header.valueCount <= column.valueCount - valueCount,
        "its pages have more values than the table of contents says",
      );
      const page = soundPage(packed, header, column, { dictionarySize, budget, isFirst: valueCount === 0 });
      valueCount += header.valueCount;
      rows += page.rowCount;
      push(parts, page.header, page.parts);
    }
    if (size - turn > BYTES_PER_TURN) {
      turn = size;
      await nextTurn();
      signal?.throwIfAborted();
    }
  }
  demand(rows === rowCount, `it has ${rows} rows, its row group ${rowCount}`);
  return joined(parts);
}

function push(parts: Uint8Array[], header: PageHeader, page: readonly Uint8Array[]): void {
  parts.push(writePageHeader(header, lengthOf(page) + PADDING.length));
  appendAll(parts, page);
  parts.push(PADDING);
}

/** In memory of its own: hyparquet takes no part of a larger piece. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((length, part) => length + part.length, 0);
}

/** A page of data, unpacked: the same levels and values. */
function soundPage(
  packed: Uint8Array,
  header: PageHeader,
  column: ColumnShape & { codec: string },
  context: { dictionarySize: number | undefined; budget: number; isFirst: boolean },
): { header: PageHeader; parts: Uint8Array[]; rowCount: number } {
  const { second } = header;
  const levelSize = second === undefined ? 0 : second.definitionSize + second.repetitionSize;
  demand(levelSize <= Math.min(packed.length, header.size), "a page ends before its levels do");
  const levels = packed.subarray(0, levelSize);
  const rest = packed.subarray(levelSize);
  const codec = second?.isPacked === false ? "UNCOMPRESSED" : column.codec;
  const bytes = unpack(rest, codec, header.size - levelSize);
  const { presentCount, rowCount, size } = readLevels(
    second === undefined ? bytes : levels,
    header,
    column,
    context.isFirst,
  );
  const values = second === undefined ? bytes.subarray(size) : bytes;
  if (second !== undefined) {
    demand(second.rowCount === rowCount, `a page announces ${second.rowCount} rows and has ${rowCount}`);
    const nulls = header.valueCount - presentCount;
    demand(second.nullCount === nulls, `a page announces ${second.nullCount} nulls and has ${nulls}`);
  }
  // Writers leave out, in ways of their own, what encodes no value.
  if (presentCount === 0) {
    const parts = [second === undefined ? bytes.subarray(0, size) : levels];
    return { header: { ...header, encoding: ENCODING.plain }, parts, rowCount };
  }
  checkValues(values, column, header.encoding, presentCount, context.dictionarySize, context.budget);
  return { header, parts: second === undefined ? [bytes] : [levels, values], rowCount };
}
