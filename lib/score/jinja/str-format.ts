import { PythonError, UnsupportedError, valueError } from "./errors.js";
import { formatValue } from "./format-spec.js";
import { asciiRepr, pythonRepr, pythonStr } from "./repr.js";
import type { Arguments, Value } from "./values.js";

/**
 * `text.format(…)` as the sandbox has it: attributes and items go through the template's own look-up.
 * Source: CPython 3.11, Lib/string.py, `Formatter.vformat`; jinja2/sandbox.py 3.1.6, `SandboxedFormatter`.
 * @throws PythonError ValueError, IndexError, KeyError
 */
export function formatText(format: string, args: Arguments, lookUp: LookUp): string {
  return new TextFormatter(args, lookUp).format(format, 2);
}

/** How a template reaches into values: handed in, since a text's `format` is itself reached that way. */
export interface LookUp {
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
}

class TextFormatter {
  readonly #args: Arguments;
  readonly #lookUp: LookUp;
  /** The next field without a number, or undefined once fields are numbered by the template. */
  #next: number | undefined = 0;

  constructor(args: Arguments, lookUp: LookUp) {
    this.#args = args;
    this.#lookUp = lookUp;
  }

  format(format: string, depth: number): string {
    if (depth < 0) throw valueError("Max string recursion exceeded");
    let result = "";
    let index = 0;
    while (index < format.length) {
      const start = format.slice(index).search(/[{}]/);
      if (start < 0) return result + format.slice(index);
      result += format.slice(index, index + start);
      index += start;
      const brace = format.charAt(index);
      if (format[index + 1] === brace) {
        result += brace;
        index += 2;
        continue;
      }
      if (brace === "}") throw valueError("Single '}' encountered in format string");
      const end = closingBrace(format, index);
      result += this.#field(format.slice(index + 1, end), depth);
      index = end + 1;
    }
    return result;
  }

  #field(field: string, depth: number): string {
    const [, name = "", conversion, spec = ""] =
      /^((?:[^[:!]|\[[^\]]*\]?)*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(field) ?? [];
    if (/[{}]/.test(name)) throw valueError("unexpected '{' in field name");
    const value = this.#look(name);
    return formatValue(converted(value, conversion), this.format(spec, depth - 1));
  }

  #look(name: string): Value {
    const [first = ""] = /^[^.[]*/.exec(name) ?? [];
    let value = this.#argument(first);
    let rest = name.slice(first.length);
    while (rest !== "") {
      const match = /^(?:\.([^.[]+)|\[([^\]]+)\])/.exec(rest);
      if (match === null) throw valueError("Empty attribute in format string");
      const [step, attribute, item = ""] = match;
      if (attribute !== undefined) value = this.#lookUp.attribute(value, attribute);
      else value = this.#lookUp.item(value, /^\d+$/.test(item) ? BigInt(item) : item);
      rest = rest.slice(step.length);
    }
    return value;
  }

  #argument(name: string): Value {
    if (name !== "" && !/^\d+$/.test(name)) {
      const value = this.#args.named.get(name);
      if (value === undefined) throw new PythonError("KeyError", `'${name}'`);
      return value;
    }
    if ((name === "") !== (this.#next !== undefined) && this.#next !== 0) {
      throw valueError("cannot switch between automatic field numbering and manual field specification");
    }
    if (name === "" && this.#next === undefined)
      throw valueError("cannot switch to automatic field numbering");
    const index = name === "" ? this.#next : Number(name);
    this.#next = name === "" ? (this.#next ?? 0) + 1 : undefined;
    const value = this.#args.positional[index ?? 0];
    if (value === undefined)
      throw new PythonError("IndexError", "Replacement index out of range for positional args tuple");
    return value;
  }
}

function converted(value: Value, conversion: string | undefined): Value {
  switch (conversion) {
    case undefined:
      return value;
    case "s":
      return pythonStr(value);
    case "r":
      return pythonRepr(value);
    case "a":
      return asciiRepr(pythonRepr(value));
    default:
      throw valueError(`Unknown conversion specifier ${conversion}`);
  }
}

/** Index of the brace that ends a field. Source: CPython, Objects/stringlib/unicode_format.h, `MarkupIterator_next`. */
function closingBrace(format: string, start: number): number {
  let depth = 0;
  let isInBrackets = false;
  for (let index = start; index < format.length; index++) {
    const character = format.charAt(index);
    if (character === "[") {
      if (depth === 1) isInBrackets = true;
    } else if (character === "]") isInBrackets = false;
    else if (isInBrackets) continue;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return index;
  }
  if (isInBrackets) throw new UnsupportedError("it formats with a bracket that is not closed");
  throw valueError("expected '}' before end of string");
}
