import {
  parquetMetadata,
  parquetSchema,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaTree,
  type SchemaElement,
} from "hyparquet";
import type { ByteSource } from "./byte-source.js";
import type { ColumnShape } from "./column-chunk.js";
import { demand } from "./unreadable.js";
import { ThriftReader } from "./thrift.js";

const MAGIC = "PAR1";
/** Length of the table of contents, and the mark. */
const TAIL_BYTES = 8;
/** A table of contents that is larger is none: a file of 10,000 row groups with 100 columns has some 100 MB. */
const LARGEST_TABLE_BYTES = 256 << 20;
const DEEPEST_SCHEMA = 100;
const MOST_COLUMNS = 100_000;

/** A column of values: a leaf of the schema. */
export interface Leaf extends ColumnShape {
  /** From the top. */
  path: readonly string[];
  isFlat: boolean;
}

/** A column of the table, with the leaves that it is made of. */
export interface Column {
  name: string;
  tree: SchemaTree;
  leaves: readonly Leaf[];
  /** Of its first leaf, among those of the file. */
  firstLeaf: number;
}

/** Rows that are stored together. */
export interface RowGroup {
  rowCount: number;
  /** Of the leaves, in their order; undefined where one is not described. */
  chunks: readonly (ColumnMetaData | undefined)[];
}

/** A Parquet file's table of contents. */
export interface Table {
  rowCount: number;
  columns: readonly Column[];
  leafCount: number;
  groups: readonly RowGroup[];
  metadata: FileMetaData;
}

/** Reads a file's table of contents, which is written last. @throws ParquetProblem */
export async function readTable(source: ByteSource): Promise<Table> {
  demand(source.length >= TAIL_BYTES + MAGIC.length, "it is too short");
  const tail = await source.read(source.length - TAIL_BYTES, source.length);
  const mark = Buffer.from(tail.subarray(4)).toString("latin1");
  demand(mark !== "PARE", "its table of contents is encrypted");
  demand(mark === MAGIC, "it does not end with its table of contents");
  const size = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  demand(
    size <= Math.min(source.length - TAIL_BYTES, LARGEST_TABLE_BYTES),
    "its table of contents has no valid length",
  );
  const bytes = await source.read(source.length - TAIL_BYTES - size, source.length);
  // hyparquet sizes lists by what the file says: only what is there may be said.
  new ThriftReader(bytes.subarray(0, size)).struct();
  const parsed = parquetMetadata(Uint8Array.from(bytes).buffer, { geoparquet: false });
  const metadata = { ...parsed, schema: withConvertedTypes(parsed.schema) };
  demand(metadata.schema.length <= MOST_COLUMNS, "it has too many columns");
  const columns = columnsOf(parquetSchema(metadata));
  const leafCount = columns.reduce((count, { leaves }) => count + leaves.length, 0);
  return {
    rowCount: rows(metadata.num_rows),
    columns,
    leafCount,
    groups: metadata.row_groups.map(({ num_rows, columns: chunks }) => ({
      rowCount: rows(num_rows),
      chunks: chunks.map(({ meta_data: chunk, file_path: path }) => (path === undefined ? chunk : undefined)),
    })),
    metadata,
  };
}

function rows(count: unknown): number {
  demand(
    typeof count === "bigint" && count >= 0n && count <= BigInt(Number.MAX_SAFE_INTEGER),
    "it has no valid number of rows",
  );
  return Number(count);
}

function columnsOf(root: SchemaTree): Column[] {
  let firstLeaf = 0;
  return root.children.map((tree) => {
    const leaves = leavesOf(tree, { maxDefinition: 0, maxRepetition: 0 });
    const column = { name: tree.element.name, tree, leaves, firstLeaf };
    firstLeaf += leaves.length;
    return column;
  });
}

function leavesOf(
  { element, children, path }: SchemaTree,
  above: { maxDefinition: number; maxRepetition: number },
): Leaf[] {
  demand(path.length <= DEEPEST_SCHEMA, "its schema nests too deep");
  const { repetition_type: repetition, type, type_length: typeLength } = element;
  const levels = {
    maxDefinition: above.maxDefinition + (repetition === "REQUIRED" ? 0 : 1),
    maxRepetition: above.maxRepetition + (repetition === "REPEATED" ? 1 : 0),
  };
  if (children.length > 0) return children.flatMap((child) => leavesOf(child, levels));
  const isFlat = path.length === 1 && repetition !== "REPEATED";
  return [{ ...levels, path, isFlat, type: type ?? "unknown", typeLength }];
}

/** The schema as hyparquet reads it: it knows some types only by the older of the two ways to state them. */
export function withConvertedTypes(schema: readonly SchemaElement[]): SchemaElement[] {
  return schema.map((element) => {
    const { converted_type: converted, logical_type: logical } = element;
    if (converted !== undefined) return element;
    switch (logical?.type) {
      case "DECIMAL":
        return { ...element, converted_type: "DECIMAL", scale: logical.scale, precision: logical.precision };
      case "DATE":
      case "JSON":
      case "BSON":
      case "LIST":
      case "MAP":
        return { ...element, converted_type: logical.type };
      default:
        return element;
    }
  });
}
