/** What kind of value it is, for an error. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : typeof value;
}
