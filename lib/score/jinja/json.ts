import { counted, repeatText, spend } from "./budget.js";
import { bind } from "./callables.js";
import { typeError, UnsupportedError } from "./errors.js";
import { Dict } from "./dict.js";
import { floatRepr } from "./floats.js";
import { isInt } from "./numbers.js";
import { listOf, Tuple } from "./sequences.js";
import { compareTexts } from "./text.js";
import { sorted } from "./compare.js";
import { isTrue, textOf, typeName, type Arguments, type Value } from "./values.js";

interface Style {
  isAscii: boolean;
  /** One level of indentation, null for a single line. */
  indent: string | null;
  itemSeparator: string;
  keySeparator: string;
  sortsKeys: boolean;
}

/**
 * The filter `tojson`, which transformers replaces by `json.dumps`: nothing is escaped for HTML.
 * Source: transformers 5.24.0, utils/chat_template_utils.py; CPython 3.11, Lib/json/encoder.py.
 * @throws PythonError TypeError for what JSON does not have
 */
export function toJson(value: Value, args: Arguments): string {
  const [isAscii = false, indent = null, separators = null, sortsKeys = false] = bind(
    "tojson",
    ["ensure_ascii?", "indent?", "separators?", "sort_keys?"],
    args,
  );
  const [itemSeparator, keySeparator] = separatorsOf(separators, indent !== null);
  return dump(value, "\n", {
    isAscii: isTrue(isAscii),
    indent: indentOf(indent),
    itemSeparator,
    keySeparator,
    sortsKeys: isTrue(sortsKeys),
  });
}

function indentOf(indent: Value): string | null {
  if (indent === null) return null;
  if (typeof indent === "string") return indent;
  if (isInt(indent)) return repeatText(" ", Number(indent));
  throw typeError(`an indentation cannot be a ${typeName(indent)}`);
}

function separatorsOf(separators: Value, hasIndent: boolean): [item: string, key: string] {
  if (separators === null) return [hasIndent ? "," : ", ", ": "];
  const [item, key, ...more] = listOf(separators);
  if (typeof item !== "string" || typeof key !== "string" || more.length > 0) {
    throw typeError("separators are two texts");
  }
  return [item, key];
}

/** @param newline a newline with the indentation of what encloses the value */
function dump(value: Value, newline: string, style: Style): string {
  spend(1);
  const text = textOf(value);
  if (text !== undefined) return quoted(text, style.isAscii);
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (isInt(value)) return String(value);
  if (typeof value === "number") return jsonFloat(value);
  const inner = newline + (style.indent ?? "");
  if (Array.isArray(value) || value instanceof Tuple) {
    const items = Array.isArray(value) ? value : value.items;
    return enclosed(
      "[",
      items.map((item) => dump(item, inner, style)),
      "]",
      newline,
      style,
    );
  }
  if (value instanceof Dict) {
    const parts = entriesOf(value, style).map(
      ([key, item]) =>
        `${quoted(keyText(key), style.isAscii)}${style.keySeparator}${dump(item, inner, style)}`,
    );
    return enclosed("{", parts, "}", newline, style);
  }
  throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
}

function enclosed(
  open: string,
  parts: readonly string[],
  close: string,
  newline: string,
  style: Style,
): string {
  if (parts.length === 0) return open + close;
  if (style.indent === null) return counted(open + parts.join(style.itemSeparator) + close);
  const inner = newline + style.indent;
  return counted(open + inner + parts.join(style.itemSeparator + inner) + newline + close);
}

function entriesOf(dict: Dict, { sortsKeys }: Style): (readonly [Value, Value])[] {
  const entries = [...dict.entries()];
  if (!sortsKeys) return entries;
  if (entries.every(([key]) => typeof key === "string")) {
    return entries.sort(([a], [b]) => compareTexts(a as string, b as string));
  }
  const keys = sorted(
    entries.map(([key]) => key),
    (key) => key,
    false,
  );
  return keys.map((key) => [key, dict.get(key) ?? null]);
}

function keyText(key: Value): string {
  const text = textOf(key);
  if (text !== undefined) return text;
  if (key === null) return "null";
  if (typeof key === "boolean" || typeof key === "bigint") return String(key);
  if (typeof key === "number") return jsonFloat(key);
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-Infinity" : "Infinity";
  return floatRepr(value);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function quoted(text: string, isAscii: boolean): string {
  if (!text.isWellFormed()) throw new UnsupportedError("it writes half a character as JSON");
  // eslint-disable-next-line no-control-regex -- these are escaped
  const pattern = isAscii ? /["\\]|[^\x20-\x7e]/g : /["\\\x00-\x1f]/g;
  const inside = text.replace(
    pattern,
    (unit) => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return counted(`"${inside}"`);
}
