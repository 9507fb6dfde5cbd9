import type { RuntimeValue } from "./jinja-engine.js";

/** Numbers from here on are written with an exponent by Python, below as digits. Source: CPython, `float_repr_style` "short". */
const FIRST_EXPONENT = 1e16;
const SMALLEST_DIGITS = 1e-4;

/**
 * `str(value)` of Python, which is what a template prints. An undefined value prints nothing.
 * @throws Error for values whose text would be an address in memory
 */
export function pythonStr(value: RuntimeValue): string {
  if (value.type === "StringValue") return value.value as string;
  return value.type === "UndefinedValue" ? "" : pythonRepr(value);
}

function pythonRepr({ type, value }: RuntimeValue): string {
  switch (type) {
    case "StringValue":
      return stringRepr(value as string);
    case "IntegerValue":
      if (Number.isSafeInteger(value)) return String(value);
      break;
    case "FloatValue":
      return floatRepr(value as number);
    case "BooleanValue":
      return value === true ? "True" : "False";
    case "NullValue":
      return "None";
    case "UndefinedValue":
      return "Undefined";
    case "ArrayValue":
      return `[${(value as RuntimeValue[]).map(pythonRepr).join(", ")}]`;
    case "TupleValue": {
      const items = (value as RuntimeValue[]).map(pythonRepr);
      return `(${items.join(", ")}${items.length === 1 ? "," : ""})`;
    }
    case "ObjectValue": {
      const entries = [...(value as Map<string, RuntimeValue>)];
      return `{${entries.map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`).join(", ")}}`;
    }
    default:
  }
  throw new Error(`it prints a value that has no text of its own (${type})`);
}

function floatRepr(value: number): string {
  const size = Math.abs(value);
  if (Object.is(value, -0)) return "-0.0";
  if (!Number.isFinite(value)) throw new Error("it prints a number that is not finite");
  if (size !== 0 && (size >= FIRST_EXPONENT || size < SMALLEST_DIGITS)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Quotes as Python does: single ones, unless only single ones occur in the text. */
function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\']|(?! )[\p{C}\p{Z}]/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return ESCAPES[character] ?? escapeCode(character.codePointAt(0) ?? 0);
  });
  return quote + inside + quote;
}

function escapeCode(code: number): string {
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** `a == b` of Python: numbers and booleans by value, lists and mappings by what they hold, different kinds never. */
export function pythonEquals(a: RuntimeValue, b: RuntimeValue): boolean {
  if (isNumeric(a) && isNumeric(b)) return Number(a.value) === Number(b.value);
  if (a.type !== b.type) return false;
  switch (a.type) {
    case "NullValue":
    case "UndefinedValue":
      return true;
    case "ArrayValue":
    case "TupleValue": {
      const [items, others] = [a.value as RuntimeValue[], b.value as RuntimeValue[]];
      return items.length === others.length && items.every((item, index) => equalsAt(item, others[index]));
    }
    case "ObjectValue": {
      const [entries, others] = [a.value as Map<string, RuntimeValue>, b.value as Map<string, RuntimeValue>];
      return (
        entries.size === others.size && [...entries].every(([key, item]) => equalsAt(item, others.get(key)))
      );
    }
    default:
      return a.value === b.value;
  }
}

function equalsAt(item: RuntimeValue, other: RuntimeValue | undefined): boolean {
  return other !== undefined && pythonEquals(item, other);
}

/** Python counts booleans among the numbers. */
export function isNumeric({ type }: RuntimeValue): boolean {
  return type === "IntegerValue" || type === "FloatValue" || type === "BooleanValue";
}
