/**
 * JSON that is the same for equal values, whatever order their keys were written in. For fingerprints: whole numbers beyond 2^53
 * (bigint), floats that are whole (`Number` objects) and the order of maps count, undefined fields do not. By hand: packages for RFC 8785 know neither, and write 7.0 as 7.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    const entries = entriesOf(part);
    if (entries === undefined) return spelled(part);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/** JSON for fingerprints that also tells orders of keys apart, as a chat template does that prints a mapping. */
export function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => spelled(part));
}

function spelled(part: unknown): unknown {
  if (typeof part === "bigint") return `${part}n`;
  if (part instanceof Map) return { map: [...(part as Map<unknown, unknown>)] };
  return isNumberObject(part) ? { float: String(part) } : part;
}

/** The fields of a plain object. */
function entriesOf(part: unknown): [string, unknown][] | undefined {
  const isPlain = typeof part === "object" && part !== null && !Array.isArray(part);
  return isPlain && !isNumberObject(part) && !(part instanceof Map) ? Object.entries(part) : undefined;
}

function isNumberObject(part: unknown): boolean {
  return Object.prototype.toString.call(part) === "[object Number]" && typeof part === "object";
}
