import type { FileMetaData, SchemaElement } from "hyparquet";
import { without } from "../util/without.js";
import { exactNumber } from "./parse-records.js";

/** How the ids of a file are read. */
export interface IdReading {
  /** Table of contents to read the file by. */
  metadata: FileMetaData;
  /** The id as records hold it, from what the file's reader gave. */
  idOf(value: unknown): unknown;
}

/**
 * hyparquet makes doubles of decimals, which have no room for the ids of databases: two that differ would become one. So the
 * column `id` is read as the whole numbers it stores, and its decimal point is set here. (hyparquet 1.31.5, `src/convert.js`.)
 */
export function exactIds(metadata: FileMetaData): IdReading {
  const index = topLevel(metadata.schema, "id");
  const element = metadata.schema[index];
  if (element?.converted_type !== "DECIMAL") return { metadata, idOf: (value) => value };
  const stored = without(element, "converted_type", "logical_type");
  // hyparquet would read these as text.
  if (stored.type === "BYTE_ARRAY") return { metadata, idOf: heldId };
  const schema = metadata.schema.with(index, stored);
  return { metadata: { ...metadata, schema }, idOf: (value) => decimalId(value, element.scale ?? 0) };
}

function topLevel(schema: readonly SchemaElement[], name: string): number {
  let index = 1;
  while (index < schema.length && schema[index]?.name !== name) index = next(schema, index);
  return index;
}

/** Index behind an element and all below it. */
function next(schema: readonly SchemaElement[], index: number): number {
  let end = index + 1;
  for (let child = 0; child < (schema[index]?.num_children ?? 0); child++) end = next(schema, end);
  return end;
}

function heldId(value: unknown): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  return { problem: "a decimal that cannot be read with all its digits: write the column as int64 or text" };
}

function decimalId(value: unknown, scale: number): unknown {
  if (value instanceof Uint8Array) return decimalText(integerOf(value), scale);
  if (typeof value === "bigint" || typeof value === "number") return decimalText(BigInt(value), scale);
  return value;
}

/** Big-endian, two's complement. Source: LogicalTypes.md of the Parquet format, section Decimal. */
function integerOf(bytes: Uint8Array): bigint {
  const unsigned = BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
  return BigInt.asIntN(bytes.length * 8, unsigned);
}

function decimalText(integer: bigint, scale: number): number | string {
  const sign = integer < 0n ? "-" : "";
  const digits = (integer < 0n ? -integer : integer).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  return exactNumber(`${sign}${digits.slice(0, point)}${scale === 0 ? "" : `.${digits.slice(point)}`}`);
}
