import { runtimeValue, type RuntimeValue } from "./jinja-engine.js";
import {
  capitalize,
  codePointLength,
  splitLines,
  splitWords,
  strip,
  titleFilter,
  titleMethod,
} from "./python-string.js";
import { pythonStr } from "./python-values.js";

/** Arguments of a filter or method. */
export interface CallArguments {
  positional: readonly RuntimeValue[];
  named: ReadonlyMap<string, RuntimeValue>;
}

/** Gives the result, or undefined to leave the work to the engine, which does it as Python would. */
type Adapted<Operand> = (operand: Operand, args: CallArguments) => RuntimeValue | undefined;

/**
 * Filters that `@huggingface/jinja` 0.5.11 applies otherwise than Jinja2. Where following it would take more than it is worth,
 * the filter is refused: a template must not render to something its authors never saw.
 * Source: jinja2/filters.py 3.1.6; `tojson`: transformers, utils/chat_template_utils.py.
 */
export const FILTERS: Readonly<Record<string, Adapted<RuntimeValue>>> = {
  trim: (value, args) => text(strip(pythonStr(value), optionalString(argument(args, 0, "chars")))),
  length,
  count: length,
  capitalize: (value) => text(capitalize(pythonStr(value))),
  title: (value) => text(titleFilter(pythonStr(value))),
  upper: (value) => text(pythonStr(value).toUpperCase()),
  lower: (value) => text(pythonStr(value).toLowerCase()),
  string: (value) => text(pythonStr(value)),
  join: (value, args) => {
    refuseUnless(!args.named.has("attribute") && args.positional.length < 2, "join with an attribute");
    const separator = argument(args, 0, "d");
    const parts = itemsOf(value).map(pythonStr);
    return text(parts.join(separator === undefined ? "" : pythonStr(separator)));
  },
  default: defaultFilter,
  d: defaultFilter,
  indent: (value, args) => {
    const width = argument(args, 0, "width");
    const [first, blank] = [isTrue(argument(args, 1, "first")), isTrue(argument(args, 2, "blank"))];
    const prefix =
      width?.type === "StringValue"
        ? pythonStr(width)
        : " ".repeat(Number(width === undefined ? 4 : width.value));
    // Jinja2 adds a newline first, so that an empty last line counts.
    const lines = splitLines(`${requireString(value, "indent")}\n`);
    const indented = lines.map((line, index) =>
      index === 0 ? (first ? prefix + line : line) : line !== "" || blank ? prefix + line : line,
    );
    return text(indented.join("\n"));
  },
  int: numberFilter,
  float: numberFilter,
  tojson: (value, { positional, named }) => {
    const indent = named.get("indent");
    const isWholeIndent = indent === undefined || indent.type === "NullValue" || Number(indent.value) > 0;
    refuseUnless(positional.length === 0 && isWholeIndent, "tojson with such an indent");
    checkJson(value);
    return undefined;
  },
  unique: () => refuse("unique"),
  selectattr: checkAttributeTest,
  rejectattr: checkAttributeTest,
};

/** Methods of strings that the engine lacks or applies otherwise than Python. */
export const METHODS: Readonly<Record<string, Adapted<string>>> = {
  strip: (value, args) => text(strip(value, optionalString(args.positional[0]))),
  lstrip: (value, args) => text(strip(value, optionalString(args.positional[0]), "start")),
  rstrip: (value, args) => text(strip(value, optionalString(args.positional[0]), "end")),
  capitalize: (value) => text(capitalize(value)),
  title: (value) => text(titleMethod(value)),
  split: (value, { positional: [separator], named }) => {
    refuseUnless(named.size === 0, "split with named arguments");
    if (separator !== undefined && separator.type !== "NullValue") return undefined;
    return runtimeValue(splitWords(value));
  },
  startswith: refuseRange,
  endswith: refuseRange,
};

function length(value: RuntimeValue): RuntimeValue {
  if (value.type === "StringValue") return runtimeValue(codePointLength(value.value as string));
  return runtimeValue(itemsOf(value).length);
}

function defaultFilter(value: RuntimeValue, args: CallArguments): RuntimeValue {
  const isMissing =
    value.type === "UndefinedValue" || (isTrue(argument(args, 1, "boolean")) && !isTrue(value));
  return isMissing ? (argument(args, 0, "default_value") ?? text("")) : value;
}

/** Only what both sides read alike: Python takes underscores, exponents and "inf", the engine what a text begins with. */
function numberFilter(value: RuntimeValue, { positional, named }: CallArguments): undefined {
  refuseUnless(positional.length < 2 && !named.has("base"), "int with a base");
  const { type } = value;
  if (type === "StringValue") {
    const written = strip(value.value as string);
    const isAlike = /^[+-]?\d+(\.\d+)?$/.test(written) || !/\d|inf|nan/i.test(written);
    refuseUnless(isAlike, "a number of such a text");
  } else {
    refuseUnless(type === "IntegerValue" || type === "BooleanValue", "int or float of such a value");
  }
}

/** Of an attribute that is missing the engine says that it fails every test. */
function checkAttributeTest(_: RuntimeValue, { positional }: CallArguments): undefined {
  const test = positional[1]?.value;
  const known: readonly unknown[] = [
    undefined,
    "equalto",
    "eq",
    "defined",
    "none",
    "string",
    "mapping",
    "boolean",
  ];
  refuseUnless(known.includes(test), `selectattr with the test ${String(test)}`);
}

function refuseRange(_: string, { positional, named }: CallArguments): undefined {
  refuseUnless(positional.length === 1 && named.size === 0, "startswith or endswith with a range");
}

/** Python writes 1.0 where the engine writes 1, and refuses what is undefined. */
function checkJson({ type, value }: RuntimeValue): void {
  refuseUnless(type !== "FloatValue" && type !== "UndefinedValue", "tojson of such a value");
  if (Array.isArray(value)) (value as RuntimeValue[]).forEach(checkJson);
  if (value instanceof Map) (value as Map<string, RuntimeValue>).forEach(checkJson);
}

/** What a loop over the value gives. @throws Error where Python has no loop */
function itemsOf({ type, value }: RuntimeValue): readonly RuntimeValue[] {
  if (type === "ArrayValue" || type === "TupleValue") return value as RuntimeValue[];
  if (type === "StringValue") return Array.from(value as string, text);
  if (type === "ObjectValue") return [...(value as Map<string, RuntimeValue>).keys()].map(text);
  if (type === "UndefinedValue") return [];
  throw new Error("it takes a value apart that is no list, mapping or text");
}

function argument(
  { positional, named }: CallArguments,
  index: number,
  name: string,
): RuntimeValue | undefined {
  return positional[index] ?? named.get(name);
}

function isTrue(value: RuntimeValue | undefined): boolean {
  return value?.__bool__().value === true;
}

function text(value: string): RuntimeValue {
  return runtimeValue(value);
}

function requireString({ type, value }: RuntimeValue, use: string): string {
  if (type !== "StringValue") throw new Error(`${use} was used on a value that is not a string`);
  return value as string;
}

function optionalString(value: RuntimeValue | undefined): string | null {
  return value === undefined || value.type === "NullValue"
    ? null
    : requireString(value, "a set of characters");
}

function refuseUnless(condition: boolean, what: string): void {
  if (!condition) refuse(what);
}

function refuse(what: string): never {
  throw new Error(`it uses ${what}, which is not supported`);
}
