import { bind } from "./callables.js";
import { PythonError, typeError, UnsupportedError } from "./errors.js";
import { pythonAttribute } from "./attributes.js";
import { attributeGetter, type Filter } from "./filter-arguments.js";
import { toJson } from "./json.js";
import { hashOf } from "./dict.js";
import { NUMBER_FILTERS } from "./number-filters.js";
import { SEQUENCE_FILTERS } from "./sequence-filters.js";
import { iterate, PythonIterator } from "./sequences.js";
import { TESTS, type Test } from "./tests.js";
import { TEXT_FILTERS } from "./text-filters.js";
import { isTrue, textOf, Undefined, type Arguments, type Value } from "./values.js";

/** Filters whose result is random, or that would take more work to follow than templates of a chat are worth. */
const REFUSED = ["pprint", "random", "striptags", "urlize", "wordwrap"];

const fallback: Filter = (value, args) => {
  const [other = "", isBoolean = false] = bind("default", ["default_value?", "boolean?"], args);
  return value instanceof Undefined || (isTrue(isBoolean) && !isTrue(value)) ? other : value;
};

/** `select` and its kin. Source: jinja2/filters.py 3.1.6, `select_or_reject`. */
const selecting =
  (isKept: boolean, takesAttribute: boolean): Filter =>
  (value, args) =>
    new PythonIterator(select(value, args, isKept, takesAttribute));

const FILTERS: Readonly<Record<string, Filter>> = {
  ...TEXT_FILTERS,
  ...SEQUENCE_FILTERS,
  ...NUMBER_FILTERS,
  attr: (value, args) => {
    const [name = null] = bind("attr", ["name"], args);
    if (typeof name !== "string") throw typeError("attr takes the name of an attribute");
    const attribute = pythonAttribute(value, name);
    return attribute === undefined ? new Undefined(`there is no attribute ${name}`) : attribute;
  },
  d: fallback,
  default: fallback,
  map: (value, args) => new PythonIterator(map(value, args)),
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  select: selecting(true, false),
  selectattr: selecting(true, true),
  tojson: toJson,
  ...Object.fromEntries(
    REFUSED.map((name): [string, Filter] => [
      name,
      () => {
        throw new UnsupportedError(`it uses the filter ${name}`);
      },
    ]),
  ),
};

function* map(value: Value, { positional, named }: Arguments): Generator<Value, undefined> {
  if (!isTrue(value)) return;
  const attribute = named.get("attribute");
  if (positional.length === 0 && attribute !== undefined) {
    if (named.size > (named.has("default") ? 2 : 1)) throw typeError("map takes an attribute and a default");
    const get = attributeGetter(attribute, undefined, named.get("default") ?? null);
    for (const item of iterate(value)) yield get(item);
    return;
  }
  const [name, ...rest] = positional;
  if (name === undefined) throw typeError("map requires a filter argument");
  for (const item of iterate(value)) yield filterNamed(name)(item, { positional: rest, named });
}

function* select(
  value: Value,
  { positional, named }: Arguments,
  isKept: boolean,
  takesAttribute: boolean,
): Generator<Value, undefined> {
  if (!isTrue(value)) return;
  const [attribute = null] = takesAttribute ? positional : [];
  if (takesAttribute && positional.length === 0) throw typeError("Missing parameter for attribute name");
  const get = attributeGetter(attribute);
  const [name, ...rest] = takesAttribute ? positional.slice(1) : positional;
  for (const item of iterate(value)) {
    const tested = get(item);
    const result = name === undefined ? isTrue(tested) : testNamed(name)(tested, { positional: rest, named });
    if (result === isKept) yield item;
  }
}

export function findFilter(name: string): Filter | undefined {
  return Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
}

export function findTest(name: string): Test | undefined {
  if (name === "filter") return (value) => isNameOf(value, findFilter);
  if (name === "test") return (value) => isNameOf(value, findTest);
  return Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
}

/** A key that cannot be hashed fails, as in any mapping of Python. */
function isNameOf(value: Value, find: (name: string) => unknown): boolean {
  hashOf(value);
  const name = textOf(value);
  return name !== undefined && find(name) !== undefined;
}

function filterNamed(name: Value): Filter {
  const filter = typeof name === "string" ? findFilter(name) : undefined;
  if (filter === undefined) throw new PythonError("RuntimeError", "No filter has that name.");
  return filter;
}

function testNamed(name: Value): Test {
  const test = typeof name === "string" ? findTest(name) : undefined;
  if (test === undefined) throw new PythonError("RuntimeError", "No test has that name.");
  return test;
}
