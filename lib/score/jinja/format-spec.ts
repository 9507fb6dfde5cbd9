import { counted, repeatText } from "./budget.js";
import { typeError, UnsupportedError, valueError } from "./errors.js";
import { floatRepr } from "./floats.js";
import { floatText, intText, type NumberText } from "./number-format.js";
import { isInt, toFloat } from "./numbers.js";
import { pythonStr } from "./repr.js";
import { codePointLength, substring } from "./text.js";
import { typeName, type Value } from "./values.js";

const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

interface Spec {
  fill: string | undefined;
  align: string | undefined;
  sign: string;
  hasPrefix: boolean;
  isZeroFilled: boolean;
  width: number;
  grouping: string;
  precision: number | undefined;
  type: string;
}

/**
 * `format(value, spec)`. Source: docs.python.org/3.13/library/string.html#format-specification-mini-language
 * @throws PythonError TypeError, ValueError; UnsupportedError for rare combinations
 */
export function formatValue(value: Value, spec: string): string {
  if (spec === "") return pythonStr(value);
  const isNumeric = isInt(value) || typeof value === "number";
  if (!isNumeric && typeof value !== "string") {
    throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  const parsed = parseSpec(spec);
  if (typeof value === "string") return formatString(value, parsed);
  return formatNumber(value, parsed);
}

function parseSpec(spec: string): Spec {
  const match = SPEC.exec(spec);
  if (match === null) throw valueError(`Invalid format specifier '${spec}'`);
  const [, fill, align, sign = "-", z, prefix, zero, width, grouping = "", precision, type = ""] = match;
  if (z !== undefined || (zero !== undefined && (grouping !== "" || align !== undefined))) {
    throw new UnsupportedError(`it formats with '${spec}'`);
  }
  return {
    fill,
    align,
    sign,
    hasPrefix: prefix !== undefined,
    isZeroFilled: zero !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function formatString(value: string, spec: Spec): string {
  const { type, sign, hasPrefix, grouping, align, precision } = spec;
  if (!["", "s"].includes(type) || sign !== "-" || hasPrefix || grouping !== "" || align === "=") {
    throw valueError("a text cannot be formatted so");
  }
  if (spec.isZeroFilled) throw new UnsupportedError("it fills a text up with zeros");
  return aligned(precision === undefined ? value : substring(value, 0, precision), "", spec, "<");
}

function formatNumber(value: boolean | bigint | number, spec: Spec): string {
  const isWhole = typeof value !== "number" && !/^[eEfFgG%]$/.test(spec.type);
  if (spec.type !== "" && !/^[bdoxXeEfFgG%]$/.test(spec.type)) refuseType(spec.type, value);
  if (isWhole) {
    if (spec.precision !== undefined) throw valueError("Precision not allowed in integer format specifier");
    const text = intText(BigInt(value), spec.type, spec.hasPrefix);
    const isTwos = /^[boxX]$/.test(spec.type);
    if (isTwos && spec.grouping === ",") throw valueError(`Cannot specify ',' with '${spec.type}'.`);
    const digits = grouped(text.digits, spec.grouping, isTwos ? 4 : 3);
    return aligned(digits, signOf(text, spec.sign) + text.prefix, spec, ">");
  }
  if (/^[bdoxX]$/.test(spec.type))
    throw valueError(`Unknown format code '${spec.type}' for object of type 'float'`);
  const text = textOfFloat(toFloat(value), spec);
  const [whole = "", ...rest] = text.digits.split(/(?=[^\d])/);
  return aligned(grouped(whole, spec.grouping, 3) + rest.join(""), signOf(text, spec.sign), spec, ">");
}

function refuseType(type: string, value: Value): never {
  if (type === "n" || type === "c") throw new UnsupportedError(`it formats a number with '${type}'`);
  throw valueError(`Unknown format code '${type}' for object of type '${typeName(value)}'`);
}

function textOfFloat(value: number, { type, precision, hasPrefix }: Spec): NumberText {
  if (type !== "") return floatText(value, type, precision ?? 6, hasPrefix);
  if (precision !== undefined || hasPrefix)
    throw new UnsupportedError("it rounds a number without a type of format");
  const text = floatRepr(value);
  return text.startsWith("-")
    ? { isNegative: true, digits: text.slice(1) }
    : { isNegative: false, digits: text };
}

function signOf({ isNegative }: NumberText, sign: string): string {
  return isNegative ? "-" : sign === "-" ? "" : sign;
}

function grouped(digits: string, separator: string, size: 3 | 4): string {
  if (separator === "") return digits;
  return digits.replace(size === 3 ? /\B(?=(?:\d{3})+$)/g : /\B(?=(?:[\da-fA-F]{4})+$)/g, separator);
}

function aligned(body: string, sign: string, spec: Spec, usual: "<" | ">"): string {
  const fill = spec.fill ?? (spec.isZeroFilled ? "0" : " ");
  const align = spec.align ?? (spec.isZeroFilled ? "=" : usual);
  const missing = Math.max(0, spec.width - codePointLength(sign + body));
  const pad = (count: number): string => repeatText(fill, count);
  if (align === "=") return counted(sign + pad(missing) + body);
  const left = align === "<" ? 0 : align === ">" ? missing : Math.floor(missing / 2);
  return counted(pad(left) + sign + body + pad(missing - left));
}
