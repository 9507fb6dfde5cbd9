import { counted, repeatText, spendText } from "./budget.js";
import { bind, bindPositional, PythonFunction, type Parameters } from "./callables.js";
import { CHARACTER_TESTS } from "./character-classes.js";
import { typeError, UnsupportedError, valueError } from "./errors.js";
import { capitalize, swapCase, titleMethod } from "./letter-case.js";
import { asCount, asIndex } from "./numbers.js";
import { iterate, Tuple } from "./sequences.js";
import { partition, split, splitFromEnd } from "./split.js";
import { codePointLength, codePoints, splitLines, strip, substring } from "./text.js";
import { isTrue, textOf, typeName, type Arguments, type Value } from "./values.js";

type Method = (self: string, args: Arguments) => Value;

/** Methods that take arguments by place only. */
function positional(
  name: string,
  parameters: Parameters,
  work: (self: string, first?: Value, second?: Value, third?: Value) => Value,
): Method {
  return (self, args) => {
    const [first, second, third] = bindPositional(name, parameters, args);
    return work(self, first, second, third);
  };
}

const stripping = (name: string, sides: "both" | "start" | "end"): Method =>
  positional(name, ["chars?"], (self, chars = null) =>
    strip(self, chars === null ? null : text(chars, name), sides),
  );

const justifying = (name: string, place: (missing: number, width: number) => number): Method =>
  positional(name, ["width", "fillchar?"], (self, width = 0n, fill = " ") => {
    const character = text(fill, name);
    if (codePointLength(character) !== 1)
      throw typeError("The fill character must be exactly one character long");
    return padded(self, asCount(width, name), character, place);
  });

/** `text.center(width)` and its kin. @param place how much of what is missing goes in front */
export function padded(
  self: string,
  width: number,
  character: string,
  place: (missing: number, width: number) => number,
): string {
  const missing = width - codePointLength(self);
  if (missing <= 0) return self;
  const left = place(missing, width);
  return counted(repeatText(character, left) + self + repeatText(character, missing - left));
}

/** Source: CPython, Objects/unicodeobject.c, `unicode_center`. */
export const centered = (missing: number, width: number): number =>
  Math.floor(missing / 2) + (missing & width & 1);

const searching = (name: string, search: (part: string, sought: string) => number): Method =>
  positional(name, ["sub", "start?", "end?"], (self, sought, start = null, end = null) => {
    const [part, offset] = between(self, start, end);
    const found = part === undefined ? -1 : search(part, text(sought ?? null, name));
    if (part !== undefined && found >= 0) return BigInt(offset + codePointLength(part.slice(0, found)));
    if (name.endsWith("index")) throw valueError("substring not found");
    return -1n;
  });

const affixTest = (name: string, test: (part: string, affix: string) => boolean): Method =>
  positional(name, ["prefix", "start?", "end?"], (self, affix = null, start = null, end = null) => {
    const [part] = between(self, start, end);
    const affixes = affix instanceof Tuple ? affix.items : [affix];
    return affixes.some((one) => {
      const sought = text(one, name);
      return part !== undefined && test(part, sought);
    });
  });

const STRING_METHODS: Readonly<Record<string, Method>> = {
  capitalize: positional("capitalize", [], capitalize),
  center: justifying("center", centered),
  count: positional("count", ["sub", "start?", "end?"], (self, sought, start = null, end = null) => {
    const [part] = between(self, start, end);
    const needle = text(sought ?? null, "count");
    if (part === undefined) return 0n;
    return BigInt(needle === "" ? codePointLength(part) + 1 : part.split(needle).length - 1);
  }),
  endswith: affixTest("endswith", (part, affix) => part.endsWith(affix)),
  expandtabs: (self, args) => {
    const [size = 8n] = bind("expandtabs", ["tabsize?"], args);
    return expandTabs(self, asCount(size, "expandtabs"));
  },
  find: searching("find", (part, sought) => part.indexOf(sought)),
  index: searching("index", (part, sought) => part.indexOf(sought)),
  join: positional("join", ["iterable"], (self, items = null) => {
    const parts = [...iterate(items)].map((item) => text(item, "join"));
    spendText(parts.reduce((sum, part) => sum + part.length + self.length, 0));
    return parts.join(self);
  }),
  ljust: justifying("ljust", () => 0),
  lower: positional("lower", [], (self) => self.toLowerCase()),
  lstrip: stripping("lstrip", "start"),
  partition: positional("partition", ["sep"], (self, separator) =>
    partition(self, text(separator ?? null, "partition"), false),
  ),
  removeprefix: positional("removeprefix", ["prefix"], (self, prefix) => {
    const start = text(prefix ?? null, "removeprefix");
    return self.startsWith(start) ? self.slice(start.length) : self;
  }),
  removesuffix: positional("removesuffix", ["suffix"], (self, suffix) => {
    const end = text(suffix ?? null, "removesuffix");
    return end !== "" && self.endsWith(end) ? self.slice(0, -end.length) : self;
  }),
  replace: positional("replace", ["old", "new", "count?"], (self, old, replacement, count = -1n) =>
    replace(
      self,
      text(old ?? null, "replace"),
      text(replacement ?? null, "replace"),
      asCount(count, "replace"),
    ),
  ),
  rfind: searching("rfind", (part, sought) => part.lastIndexOf(sought)),
  rindex: searching("rindex", (part, sought) => part.lastIndexOf(sought)),
  rjust: justifying("rjust", (missing) => missing),
  rpartition: positional("rpartition", ["sep"], (self, separator) =>
    partition(self, text(separator ?? null, "rpartition"), true),
  ),
  rsplit: (self, args) => splitWith("rsplit", splitFromEnd, self, args),
  rstrip: stripping("rstrip", "end"),
  split: (self, args) => splitWith("split", split, self, args),
  splitlines: (self, args) => {
    const [keepEnds = false] = bind("splitlines", ["keepends?"], args);
    return splitLines(self, isTrue(keepEnds));
  },
  startswith: affixTest("startswith", (part, affix) => part.startsWith(affix)),
  strip: stripping("strip", "both"),
  swapcase: positional("swapcase", [], swapCase),
  title: positional("title", [], titleMethod),
  upper: positional("upper", [], (self) => self.toUpperCase()),
  zfill: positional("zfill", ["width"], (self, width = 0n) => {
    const [sign = ""] = /^[+-]/.exec(self) ?? [];
    const missing = asCount(width, "zfill") - codePointLength(self);
    return sign + repeatText("0", missing) + self.slice(sign.length);
  }),
};

const OTHER_METHODS = ["casefold", "encode", "format_map", "maketrans", "translate"];

/**
 * A method of a text, bound to it, or undefined. All but `format`, which looks into attributes: see there.
 * @throws UnsupportedError for methods that no template of a chat uses
 */
export function stringMethod(self: string, name: string): PythonFunction | undefined {
  const method = Object.hasOwn(STRING_METHODS, name) ? STRING_METHODS[name] : undefined;
  if (method !== undefined) return new PythonFunction(name, (args) => method(self, args));
  const test = Object.hasOwn(CHARACTER_TESTS, name) ? CHARACTER_TESTS[name] : undefined;
  if (test !== undefined) {
    return new PythonFunction(name, (args) => {
      bindPositional(name, [], args);
      return test(self);
    });
  }
  if (OTHER_METHODS.includes(name)) throw new UnsupportedError(`it uses ${name} of a text`);
  return undefined;
}

/** `text.replace(old, new, count)`; an empty text to replace is found around every character. */
export function replace(self: string, old: string, replacement: string, count: number): string {
  const limit = count < 0 ? Infinity : count;
  if (limit === 0) return self;
  const parts = old === "" ? ["", ...codePoints(self), ""] : self.split(old);
  const replaced = Math.min(parts.length - 1, limit);
  spendText(self.length + replaced * replacement.length);
  if (replaced === parts.length - 1) return parts.join(replacement);
  return parts.slice(0, replaced + 1).join(replacement) + old + parts.slice(replaced + 1).join(old);
}

function splitWith(
  name: string,
  work: (self: string, separator: string | null, limit: number) => string[],
  self: string,
  args: Arguments,
): string[] {
  const [separator = null, limit = -1n] = bind(name, ["sep?", "maxsplit?"], args);
  const count = asCount(limit, name);
  spendText(self.length);
  return work(self, separator === null ? null : text(separator, name), count < 0 ? Infinity : count);
}

/** The part that `start` and `end` name, undefined when they are the wrong way round, and where it begins. */
function between(self: string, start: Value, end: Value): [part: string | undefined, offset: number] {
  if (start === null && end === null) return [self, 0];
  const length = codePointLength(self);
  const clamp = (position: Value, fallback: number): number => {
    if (position === null) return fallback;
    const index = Number(asIndex(position, "slice indices"));
    return Math.max(index < 0 ? index + length : index, 0);
  };
  const [from, stop] = [clamp(start, 0), Math.min(clamp(end, length), length)];
  return [from > stop ? undefined : substring(self, from, stop), from];
}

function expandTabs(self: string, size: number): string {
  let result = "";
  let column = 0;
  for (const character of self) {
    if (character === "\t") {
      const blanks = size > 0 ? size - (column % size) : 0;
      result += repeatText(" ", blanks);
      column += blanks;
    } else {
      result += character;
      column = character === "\n" || character === "\r" ? 0 : column + 1;
    }
  }
  return result;
}

function text(value: Value, name: string): string {
  const plain = textOf(value);
  if (plain === undefined) throw typeError(`${name}() takes a text, not ${typeName(value)}`);
  if (typeof value !== "string")
    throw new UnsupportedError("it works on with text that was escaped or marked as safe");
  return plain;
}
