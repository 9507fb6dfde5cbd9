import type { SchemaTree } from "hyparquet";
import { wholeFloat } from "../json/exact-json.js";

const FLOATS: readonly unknown[] = ["DOUBLE", "FLOAT"];

/**
 * A value of a column as the file has it, where JavaScript's own numbers lose something: whole numbers of floating-point
 * columns are floats, 64-bit integers keep all their digits. Python's readers make floats and ints of them, which a template
 * prints otherwise.
 * @param value what hyparquet gave
 */
export function exactField(value: unknown, column: SchemaTree): unknown {
  // hyparquet leaves fields within others undefined that are null.
  if (value === null || value === undefined) return null;
  const { children, element } = column;
  if (children.length === 0 && !Array.isArray(value)) {
    return FLOATS.includes(element.type) && typeof value === "number" ? wholeFloat(value) : value;
  }
  const [repeated] = children;
  if (Array.isArray(value)) {
    const isList = element.converted_type === "LIST" && repeated !== undefined;
    const item = isList
      ? ((repeated.children.length === 1 ? repeated.children[0] : repeated) ?? column)
      : column;
    return value.map((each) => (isList ? exactField(each, item) : exactItem(each, item)));
  }
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entry = element.converted_type === "MAP" ? repeated?.children[1] : undefined;
  if (entry === undefined) return structOf(value as Record<string, unknown>, column);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, exactField(each, entry)]));
}

/** An item of a column that is repeated without being called a list. */
function exactItem(value: unknown, column: SchemaTree): unknown {
  return Array.isArray(value) ? value : exactField(value, column);
}

function structOf(
  value: Readonly<Record<string, unknown>>,
  { children }: SchemaTree,
): Record<string, unknown> {
  const columns = new Map(children.map((child) => [child.element.name, child]));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const column = columns.get(name);
      return [name, column === undefined ? field : exactField(field, column)];
    }),
  );
}
