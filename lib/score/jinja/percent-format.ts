import { counted, repeatText } from "./budget.js";
import { Dict } from "./dict.js";
import { PythonError, typeError, UnsupportedError, valueError } from "./errors.js";
import { floatText, intText } from "./number-format.js";
import { isNumber, toFloat } from "./numbers.js";
import { Range, Tuple } from "./sequences.js";
import { asciiRepr, pythonRepr, pythonStr } from "./repr.js";
import { scaledRound } from "./floats.js";
import { codePointLength, substring } from "./text.js";
import { typeName, Undefined, type Value } from "./values.js";

const CONVERSION = /%(?:\(([^()]*)\))?([-+ #0]*)(\d+|\*)?(?:\.(\d+|\*)?)?[hlL]?([\s\S]?)/gu;

/**
 * `format % values`. Source: CPython, Objects/unicodeobject.c, `PyUnicode_Format`.
 * @throws PythonError TypeError, ValueError, KeyError
 */
export function formatPercent(format: string, values: Value): string {
  const items = values instanceof Tuple ? values.items : [values];
  let used = 0;
  let usesKeys = false;
  const text = format.replace(
    CONVERSION,
    (
      match: string,
      key: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      type: string,
    ) => {
      if (type === "%") {
        if (match !== "%%") throw new UnsupportedError(`it formats with '${match}'`);
        return "%";
      }
      if (width === "*" || precision === "*")
        throw new UnsupportedError("it formats with a width of its arguments");
      let value = items[used];
      if (key !== undefined) {
        if (!(values instanceof Dict)) throw typeError("format requires a mapping");
        value = values.get(key);
        usesKeys = true;
        if (value === undefined) throw new PythonError("KeyError", `'${key}'`);
      } else {
        used++;
        if (usesKeys || value === undefined) throw typeError("not enough arguments for format string");
      }
      const hasPoint = precision !== undefined || /\.[hlL]?[^\d]$/.test(match);
      return convert(value, {
        flags,
        width: Number(width ?? 0),
        precision: hasPoint ? Number(precision ?? 0) : undefined,
        type,
      });
    },
  );
  if (used < items.length && !isMapping(values))
    throw typeError("not all arguments converted during string formatting");
  return text;
}

/** What `%` takes as a mapping, whose items need not all be used. */
function isMapping(values: Value): boolean {
  return (
    values instanceof Dict || Array.isArray(values) || values instanceof Range || values instanceof Undefined
  );
}

interface Conversion {
  flags: string;
  width: number;
  precision: number | undefined;
  type: string;
}

function convert(value: Value, { flags, width, precision, type }: Conversion): string {
  const isZeroFilled = flags.includes("0") && !flags.includes("-");
  const [sign, body] =
    "sra".includes(type) && type !== ""
      ? ["", textual(value, type, precision)]
      : numeric(value, { flags, width, precision, type });
  const missing = width - codePointLength(sign + body);
  const isText = "sra".includes(type);
  const fill = repeatText(isZeroFilled && !isText ? "0" : " ", missing);
  if (flags.includes("-")) return counted(sign + body + fill);
  return counted(isZeroFilled && !isText ? sign + fill + body : fill + sign + body);
}

function textual(value: Value, type: string, precision: number | undefined): string {
  const whole =
    type === "s" ? pythonStr(value) : type === "r" ? pythonRepr(value) : asciiRepr(pythonRepr(value));
  return precision === undefined ? whole : substring(whole, 0, precision);
}

function numeric(value: Value, { flags, precision, type }: Conversion): [sign: string, body: string] {
  const signOf = (isNegative: boolean): string =>
    isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  if (/^[diuoxX]$/.test(type)) {
    const text = intText(wholeNumber(value, type), type, flags.includes("#"));
    return [
      signOf(text.isNegative) + text.prefix,
      repeatText("0", (precision ?? 0) - text.digits.length) + text.digits,
    ];
  }
  if (/^[eEfFgG]$/.test(type)) {
    if (value instanceof Undefined) value.fail();
    if (!isNumber(value)) throw typeError(`must be real number, not ${typeName(value)}`);
    const text = floatText(toFloat(value), type, precision ?? 6, flags.includes("#"));
    return [signOf(text.isNegative), text.digits];
  }
  if (type === "c") throw new UnsupportedError("it formats a character with %c");
  throw type === "" ? valueError("incomplete format") : valueError(`unsupported format character '${type}'`);
}

/** `%d` cuts decimals off; the others take ints only. */
function wholeNumber(value: Value, type: string): bigint {
  if (value instanceof Undefined && /^[diu]$/.test(type)) value.fail();
  if (typeof value === "number" && /^[diu]$/.test(type))
    return Number.isFinite(value) ? BigInt(Math.trunc(value)) : scaledRound(value, 0);
  if (typeof value === "bigint" || typeof value === "boolean") return BigInt(value);
  throw typeError(`%${type} format: a number is required, not ${typeName(value)}`);
}
