import { counted, spend } from "./budget.js";
import { Dict, DictView } from "./dict.js";
import { floatRepr } from "./floats.js";
import { Tuple } from "./sequences.js";
import { Markup, Undefined, type Value } from "./values.js";

/** `str(value)`, which is what a template prints. @throws UnsupportedError for values whose text would be an address in memory */
export function pythonStr(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Markup) return value.text;
  return value instanceof Undefined ? "" : pythonRepr(value);
}

/** `repr(value)`. */
export function pythonRepr(value: Value): string {
  spend(1);
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${joined(value)}]`;
  switch (typeof value) {
    case "boolean":
      return value ? "True" : "False";
    case "bigint":
      return String(value);
    case "number":
      return floatRepr(value);
    case "string":
      return stringRepr(value);
    default:
  }
  if (value instanceof Tuple) return `(${joined(value.items)}${value.items.length === 1 ? "," : ""})`;
  if (value instanceof Dict) return dictRepr(value);
  if (value instanceof DictView) return `${value.typeName}([${joined([...value.iterator()])}])`;
  return value.repr();
}

function joined(items: readonly Value[]): string {
  return counted(items.map(pythonRepr).join(", "));
}

/** Also what a namespace prints. */
export function dictRepr(dict: Dict): string {
  const parts = [...dict.entries()].map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`);
  return counted(`{${parts.join(", ")}}`);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Quotes as Python does: single ones, unless only single ones occur in the text. */
export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\']|(?! )[\p{C}\p{Z}]/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return ESCAPES[character] ?? escapeCode(character);
  });
  return counted(quote + inside + quote);
}

/** `ascii(value)` of a text that `repr` has made. */
export function asciiRepr(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, escapeCode);
}

function escapeCode(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
