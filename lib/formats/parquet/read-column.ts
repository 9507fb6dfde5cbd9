import { parquetRead, type ColumnMetaData, type FileMetaData } from "hyparquet";
import { appendAll } from "../../util/collections.js";
import type { ByteSource } from "./byte-source.js";
import { soundChunk, TOO_MUCH } from "./column-chunk.js";
import { DECIMAL_PARSERS, decimalTexts, parsersOf, plainNumbers, withoutDecimals } from "./json-values.js";
import { exactField } from "./exact-field.js";
import { demand } from "./unreadable.js";
import type { Column, RowGroup, Table } from "./table.js";

/** Bytes that the columns of a row group may take, unpacked and together: they are in memory at once. */
export const LARGEST_GROUP_BYTES = 1 << 30;
/** Values that a column of a row group may have, for the same reason. */
export const MOST_GROUP_VALUES = 1 << 24;

/** Memory of a value beside its bytes: where it stands in a list, and in those that it is nested in. */
const FLAT_VALUE_BYTES = 8;
const NESTED_VALUE_BYTES = 32;

/** Between the beginnings of a column's chunks, so far apart that hyparquet fetches none together with another. */
const PIECE_DISTANCE = 2 ** 40;

/** What a column of a row group gave. */
export interface ReadColumn {
  values: readonly unknown[];
  /** The value of a row with all that the file says of its numbers. */
  exact: (row: number) => unknown;
  /** Unpacked. */
  sizeBytes: number;
}

/**
 * Reads a column of a row group: as many values as the row group has rows, or none.
 * @param budget bytes that it may unpack to
 * @throws ParquetProblem, or what hyparquet throws; `signal.reason`
 */
export async function readColumn(
  source: ByteSource,
  { metadata, leafCount }: Table,
  { rowCount, chunks }: RowGroup,
  column: Column,
  budget: number,
  signal: AbortSignal | undefined,
): Promise<ReadColumn> {
  demand(chunks.length === leafCount, `its row group has ${chunks.length} columns, the schema ${leafCount}`);
  demand(isSupported(column), "it has a type that is not supported");
  const pieces: { start: number; bytes: Uint8Array; chunk: ColumnMetaData }[] = [];
  let sizeBytes = 0;
  for (const [index, leaf] of column.leaves.entries()) {
    const chunk = chunks[column.firstLeaf + index];
    demand(chunk !== undefined, "the table of contents does not say where it is");
    demand(chunk.type === leaf.type, `the table of contents says ${chunk.type}, the schema ${leaf.type}`);
    demand(
      chunk.path_in_schema.join(".") === leaf.path.join("."),
      `the table of contents calls it ${chunk.path_in_schema.join(".")}, the schema ${leaf.path.join(".")}`,
    );
    const valueCount = Number(chunk.num_values);
    demand(
      valueCount <= MOST_GROUP_VALUES,
      `it has ${valueCount} values, and at most ${MOST_GROUP_VALUES} are read at once`,
    );
    demand(
      leaf.maxRepetition > 0 ? valueCount >= rowCount : valueCount === rowCount,
      `it has ${valueCount} values, its row group ${rowCount} rows`,
    );
    sizeBytes += valueCount * (leaf.isFlat ? FLAT_VALUE_BYTES : NESTED_VALUE_BYTES);
    demand(sizeBytes <= budget, TOO_MUCH);
    const { start, end } = rangeOf(chunk);
    const packed = await source.read(start, end);
    const shape = { ...leaf, codec: chunk.codec, valueCount };
    const bytes = await soundChunk(packed, shape, rowCount, budget - sizeBytes, signal);
    pieces.push({ start: index * PIECE_DISTANCE, bytes, chunk });
    sizeBytes += bytes.length;
  }
  const values = await decode(column, pieces, rowCount, metadata);
  demand(values.length === rowCount, `it gives ${values.length} rows, its row group has ${rowCount}`);
  return {
    values: plainNumbers(column, values),
    exact: (row) => exactField(values[row], column.tree),
    sizeBytes,
  };
}

/** Bytes of a column chunk. Some writers leave the place of its dictionary out, or state it as 0. */
function rangeOf(chunk: ColumnMetaData): { start: number; end: number } {
  const dictionary = Number(chunk.dictionary_page_offset ?? 0);
  const data = Number(chunk.data_page_offset);
  const start = dictionary > 0 ? Math.min(dictionary, data) : data;
  const size = Number(chunk.total_compressed_size);
  demand(
    Number.isSafeInteger(start) && Number.isSafeInteger(size) && size >= 0,
    "the table of contents has no valid place of it",
  );
  demand(
    size <= LARGEST_GROUP_BYTES,
    `it has ${size} bytes, and at most ${LARGEST_GROUP_BYTES} are read at once`,
  );
  return { start, end: start + size };
}

/** Variants hold a format of their own, whose reader is not made for damaged files. */
function isSupported({ tree }: Column): boolean {
  const isPlain = (node: typeof tree): boolean =>
    node.element.logical_type?.type !== "VARIANT" &&
    node.element.name !== "__proto__" &&
    node.children.every(isPlain);
  return isPlain(tree);
}

/** Has hyparquet read a file of this column alone, whose chunks are checked and not packed. */
async function decode(
  column: Column,
  pieces: readonly { start: number; bytes: Uint8Array; chunk: ColumnMetaData }[],
  rowCount: number,
  { version, schema }: FileMetaData,
): Promise<readonly unknown[]> {
  const decimal = withoutDecimals(column, schema);
  const columns = pieces.map(({ start, bytes, chunk }) => {
    const size = BigInt(bytes.length);
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: chunk.type,
        encodings: chunk.encodings,
        path_in_schema: chunk.path_in_schema,
        codec: "UNCOMPRESSED" as const,
        num_values: chunk.num_values,
        total_uncompressed_size: size,
        total_compressed_size: size,
        data_page_offset: BigInt(start),
      },
    };
  });
  const values: unknown[] = [];
  await parquetRead({
    file: {
      byteLength: PIECE_DISTANCE * pieces.length,
      slice: (start, end) => {
        const piece = pieces.find((each) => each.start === start && start + each.bytes.length === end);
        demand(piece !== undefined, "a part of it was asked for that is not there");
        return piece.bytes.buffer as ArrayBuffer;
      },
    },
    metadata: {
      version,
      schema: decimal?.schema ?? schema,
      num_rows: BigInt(rowCount),
      row_groups: [{ columns, total_byte_size: 0n, num_rows: BigInt(rowCount) }],
      metadata_length: 0,
    },
    columns: [column.name],
    parsers: decimal === undefined ? parsersOf(column) : DECIMAL_PARSERS,
    onChunk: ({ columnData }) => {
      appendAll(values, columnData as Iterable<unknown>);
    },
  });
  return decimal === undefined
    ? Array.from(values as ArrayLike<unknown>)
    : decimalTexts(values, decimal.scale);
}
