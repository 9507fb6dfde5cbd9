/**
 * What a pickle may hold beside `null`, booleans, numbers, bigints and text, which are JavaScript's. Python's kinds stay apart:
 * a tuple is no list.
 */
export class PyTuple {
  constructor(readonly items: readonly unknown[]) {}
}

export class PyList {
  readonly items: unknown[] = [];
}

/** A `dict` or an `OrderedDict`. Keys that are objects are told apart by identity: nothing here looks them up. */
export class PyDict {
  readonly entries = new Map<unknown, unknown>();
}

/** A value that is known and that nothing here looks into. */
export class PyOpaque {
  constructor(readonly kind: string) {}
}

/** What a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value === "number" || typeof value === "bigint") return "a number";
  if (value instanceof PyTuple) return "a tuple";
  if (value instanceof PyList) return "a list";
  if (value instanceof PyDict) return "a dictionary";
  if (value instanceof PyOpaque) return value.kind;
  return hasName(value) ? value.name : "an object";
}

function hasName(value: unknown): value is { name: string } {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}
