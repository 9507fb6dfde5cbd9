import type { SchemaElement } from "hyparquet";
import { unreadable } from "../rows.js";

/** Shape of a column, found by looking at its values. Every value may be missing. */
export type ColumnType =
  | { kind: "text" | "number" | "boolean" | "unknown" }
  | { kind: "list"; element: ColumnType }
  | { kind: "record"; fields: Map<string, ColumnType> };

const UNKNOWN: ColumnType = { kind: "unknown" };

/**
 * The common shape of some values: text, number, boolean, lists and records of them.
 * @throws DatasetError two values have different shapes, which one Parquet column cannot hold
 */
export function inferColumnType(values: Iterable<unknown>, path: string): ColumnType {
  let type = UNKNOWN;
  for (const value of values) type = merge(type, typeOf(value, path), path);
  return type;
}

function typeOf(value: unknown, path: string): ColumnType {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === "string") return { kind: "text" };
  if (typeof value === "number") return { kind: "number" };
  if (typeof value === "boolean") return { kind: "boolean" };
  if (typeof value === "bigint" || value instanceof Map || isNumberObject(value)) {
    throw unreadable(
      `Column ${path} holds a value whose exact form a Parquet column would lose (a large whole number, a float that is whole, or keys in an order of their own). Write .jsonl instead.`,
    );
  }
  if (Array.isArray(value)) return { kind: "list", element: inferColumnType(value, `${path}[]`) };
  const fields = new Map<string, ColumnType>();
  for (const [key, field] of Object.entries(value)) fields.set(key, typeOf(field, `${path}.${key}`));
  return { kind: "record", fields };
}

function isNumberObject(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Number]" && typeof value === "object";
}

function merge(a: ColumnType, b: ColumnType, path: string): ColumnType {
  if (a.kind === "unknown") return b;
  if (b.kind === "unknown") return a;
  if (a.kind === "list" && b.kind === "list") {
    return { kind: "list", element: merge(a.element, b.element, `${path}[]`) };
  }
  if (a.kind === "record" && b.kind === "record") {
    const fields = new Map(a.fields);
    for (const [key, type] of b.fields)
      fields.set(key, merge(fields.get(key) ?? UNKNOWN, type, `${path}.${key}`));
    return { kind: "record", fields };
  }
  if (a.kind !== b.kind) {
    throw unreadable(
      `Column ${path} holds a ${a.kind} in one record and a ${b.kind} in another. Write .jsonl instead.`,
    );
  }
  return a;
}

/**
 * Where a value has something that a column of this shape cannot hold: the path of its first such part, undefined where it
 * fits.
 * @throws DatasetError the value itself mixes shapes
 */
export function misfit(type: ColumnType, value: unknown, path: string): string | undefined {
  return misfitOf(type, typeOf(value, path), path);
}

function misfitOf(type: ColumnType, found: ColumnType, path: string): string | undefined {
  if (found.kind === "unknown") return undefined;
  if (type.kind === "list" && found.kind === "list") {
    return misfitOf(type.element, found.element, `${path}[]`);
  }
  if (type.kind === "record" && found.kind === "record") {
    for (const [key, field] of found.fields) {
      const known = type.fields.get(key);
      const problem = known === undefined ? `${path}.${key}` : misfitOf(known, field, `${path}.${key}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  // A column without any value is written as text.
  const kind = type.kind === "unknown" ? "text" : type.kind;
  return found.kind === kind ? undefined : path;
}

/**
 * Parquet schema elements of a column, depth first. Lists have the three levels that readers expect.
 * Source: LogicalTypes.md of the Parquet format, section Lists.
 */
export function schemaElements(name: string, type: ColumnType): SchemaElement[] {
  const repetition_type = "OPTIONAL";
  switch (type.kind) {
    case "number":
      return [{ name, type: "DOUBLE", repetition_type }];
    case "boolean":
      return [{ name, type: "BOOLEAN", repetition_type }];
    case "list":
      return [
        { name, repetition_type, num_children: 1, converted_type: "LIST" },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        ...schemaElements("element", type.element),
      ];
    case "record":
      return [
        { name, repetition_type, num_children: type.fields.size },
        ...[...type.fields].flatMap(([key, field]) => schemaElements(key, field)),
      ];
    // A column without any value still needs a type.
    case "text":
    case "unknown":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
  }
}
