import { counted, repeatText, spendText } from "./budget.js";
import { bind } from "./callables.js";
import { Dict } from "./dict.js";
import { PythonError, typeError, UnsupportedError, valueError } from "./errors.js";
import { escapeHtml, escapeText, quoteUrl } from "./escape.js";
import { attributeGetter, mapText, textArgument, type Filter } from "./filter-arguments.js";
import { capitalize, titleFilter } from "./letter-case.js";
import { asCount } from "./numbers.js";
import { formatPercent } from "./percent-format.js";
import { pythonStr } from "./repr.js";
import { isIterable, iterate, listOf, Tuple } from "./sequences.js";
import { centered, padded, replace } from "./string-methods.js";
import { codePointLength, splitLines, strip, substring } from "./text.js";
import { isTrue, Markup, textOf, Undefined, type Arguments, type Value } from "./values.js";

const changing =
  (name: string, change: (text: string) => string): Filter =>
  (value, args) => {
    bind(name, [], args);
    return mapText(value, change);
  };

const escapeFilter: Filter = (value, args) => {
  bind("escape", [], args);
  return escapeHtml(value);
};

/** Filters of texts. */
export const TEXT_FILTERS: Readonly<Record<string, Filter>> = {
  capitalize: changing("capitalize", capitalize),
  center: (value, args) => {
    const [width = 80n] = bind("center", ["width?"], args);
    return mapText(value, (text) => padded(text, asCount(width, "center"), " ", centered));
  },
  e: escapeFilter,
  escape: escapeFilter,
  forceescape: (value, args) => {
    bind("forceescape", [], args);
    return new Markup(escapeText(pythonStr(value)));
  },
  format: (value, args) => {
    if (args.positional.length > 0 && args.named.size > 0)
      throw typeError("format takes values by place or by name");
    if (value instanceof Markup)
      throw new UnsupportedError("it formats text that was escaped or marked as safe");
    const values = args.named.size > 0 ? new Dict(args.named) : new Tuple(args.positional);
    return counted(formatPercent(pythonStr(value), values));
  },
  indent,
  join: (value, args) => {
    const [separator = "", attribute = null] = bind("join", ["d?", "attribute?"], args);
    const get = attributeGetter(attribute);
    const between = pythonStr(separator);
    const parts = [...iterate(value)].map((item) => pythonStr(get(item)));
    return counted(parts.join(between));
  },
  lower: changing("lower", (text) => text.toLowerCase()),
  replace: (value, args) => {
    const [old = null, replacement = null, count = null] = bind("replace", ["old", "new", "count?"], args);
    const limit = count === null ? -1 : asCount(count, "replace");
    return counted(replace(pythonStr(value), pythonStr(old), pythonStr(replacement), limit));
  },
  safe: (value, args) => {
    bind("safe", [], args);
    return value instanceof Markup ? value : new Markup(pythonStr(value));
  },
  string: (value, args) => {
    bind("string", [], args);
    return textOf(value) === undefined ? pythonStr(value) : value;
  },
  title: changing("title", titleFilter),
  trim: (value, args) => {
    const [characters = null] = bind("trim", ["chars?"], args);
    return mapText(value, (text) =>
      strip(text, characters === null ? null : textArgument(characters, "trim")),
    );
  },
  truncate,
  upper: changing("upper", (text) => text.toUpperCase()),
  urlencode: (value, args) => {
    bind("urlencode", [], args);
    if (textOf(value) !== undefined || !isIterable(value)) return quoteUrl(value, true);
    const pairs: Iterable<Value> =
      value instanceof Dict ? [...value.entries()].map((pair) => new Tuple(pair)) : iterate(value);
    return [...pairs]
      .map((pair) => {
        const [key = null, item = null, ...more] = listOf(pair);
        if (more.length > 0 || listOf(pair).length < 2) throw valueError("urlencode takes pairs");
        return `${quoteUrl(key, false)}=${quoteUrl(item, false)}`;
      })
      .join("&");
  },
  wordcount: (value, args) => {
    bind("wordcount", [], args);
    return BigInt(pythonStr(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0);
  },
  xmlattr: (value, args) => {
    const [space = true] = bind("xmlattr", ["autospace?"], args);
    if (value instanceof Undefined) value.fail();
    if (!(value instanceof Dict)) throw new PythonError("AttributeError", "xmlattr takes a mapping");
    const items = [...value.entries()].flatMap(([key, item]) => {
      if (item === null || item instanceof Undefined) return [];
      const name = textArgument(key, "xmlattr");
      if (/[\t\n\v\f\r />=]/.test(name)) throw valueError("Invalid character in attribute name");
      return [`${escapeHtml(key).text}="${escapeHtml(item).text}"`];
    });
    return (isTrue(space) && items.length > 0 ? " " : "") + items.join(" ");
  },
};

function indent(value: Value, args: Arguments): Value {
  const [width = 4n, first = false, blank = false] = bind("indent", ["width?", "first?", "blank?"], args);
  if (value instanceof Markup)
    throw new UnsupportedError("it indents text that was escaped or marked as safe");
  if (value instanceof Undefined) value.fail();
  if (typeof value !== "string") throw typeError("indent takes a text");
  const prefix = typeof width === "string" ? width : repeatText(" ", asCount(width, "indent"));
  // Jinja2 adds a newline first, so that an empty last line counts.
  const lines = splitLines(`${value}\n`);
  spendText(value.length + prefix.length * lines.length);
  const indented = lines.map((line, index) => {
    if (index === 0) return isTrue(first) ? prefix + line : line;
    return line !== "" || isTrue(blank) ? prefix + line : line;
  });
  return counted(indented.join("\n"));
}

function truncate(value: Value, args: Arguments): Value {
  const [length = 255n, cutsWords = false, ending = "...", leeway = null] = bind(
    "truncate",
    ["length?", "killwords?", "end?", "leeway?"],
    args,
  );
  if (typeof value !== "string") throw new UnsupportedError("it truncates what is no plain text");
  const end = textArgument(ending, "truncate");
  const [limit, slack] = [asCount(length, "truncate"), leeway === null ? 5 : asCount(leeway, "truncate")];
  const kept = limit - codePointLength(end);
  if (kept < 0 || slack < 0) throw valueError("truncate: the length is too short");
  if (codePointLength(value) <= limit + slack) return value;
  const part = substring(value, 0, kept);
  if (isTrue(cutsWords)) return part + end;
  const lastBlank = part.lastIndexOf(" ");
  return (lastBlank < 0 ? part : part.slice(0, lastBlank)) + end;
}
