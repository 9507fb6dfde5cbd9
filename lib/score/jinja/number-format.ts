import { exponentDigits, fixedDigits } from "./floats.js";
import { UnsupportedError } from "./errors.js";

/** A number as digits, without its sign. */
export interface NumberText {
  isNegative: boolean;
  digits: string;
}

const RADIX: Readonly<Record<string, [radix: number, prefix: string]>> = {
  b: [2, "0b"],
  o: [8, "0o"],
  x: [16, "0x"],
  X: [16, "0x"],
};

/** An int in the base of a format's type, `d` being ten. */
export function intText(value: bigint, type: string, hasPrefix: boolean): NumberText & { prefix: string } {
  const [radix, prefix] = RADIX[type] ?? [10, ""];
  const size = (value < 0n ? -value : value).toString(radix);
  const isUpper = type === "X";
  return {
    isNegative: value < 0n,
    digits: isUpper ? size.toUpperCase() : size,
    prefix: hasPrefix ? (isUpper ? prefix.toUpperCase() : prefix) : "",
  };
}

/**
 * A float in one of the formats `e`, `f`, `g` and `%`, rounded exactly. Source: CPython, Python/pystrtod.c.
 * @param keepsZeros `#`: the point and the zeros at the end stay with `g`
 */
export function floatText(value: number, type: string, precision: number, keepsZeros: boolean): NumberText {
  const size = Math.abs(type === "%" ? value * 100 : value);
  const isNegative = value < 0 || Object.is(value, -0);
  const finish = (digits: string): NumberText => ({
    isNegative: isNegative && !Number.isNaN(value),
    digits: /[EFG]/.test(type) ? digits.toUpperCase() : digits,
  });
  if (!Number.isFinite(size)) return finish((Number.isNaN(size) ? "nan" : "inf") + (type === "%" ? "%" : ""));
  switch (type.toLowerCase()) {
    case "e":
      return finish(withPoint(exponentDigits(size, precision), keepsZeros));
    case "g":
      return finish(general(size, precision === 0 ? 1 : precision, keepsZeros));
    case "%":
      return finish(`${fixedDigits(size, precision)}%`);
    default:
      if (keepsZeros && precision === 0) throw new UnsupportedError("it writes a number with a bare point");
      return finish(fixedDigits(size, precision));
  }
}

function withPoint([digits, exponent]: [digits: string, exponent: number], keepsPoint: boolean): string {
  const fraction = digits.slice(1);
  const point = fraction !== "" || keepsPoint ? "." : "";
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits.slice(0, 1)}${point}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
}

function general(size: number, precision: number, keepsZeros: boolean): string {
  if (keepsZeros) throw new UnsupportedError("it writes a number with the format #g");
  const [digits, exponent] = exponentDigits(size, precision - 1);
  if (exponent < -4 || exponent >= precision)
    return withPoint([digits.replace(/(?!^)0+$/, ""), exponent], false);
  const fixed = fixedDigits(size, precision - 1 - exponent);
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}
