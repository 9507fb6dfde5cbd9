import { bindPositional, PythonFunction } from "./callables.js";
import { equals } from "./compare.js";
import { PythonError, typeError, UnsupportedError } from "./errors.js";
import { Dict, DictView } from "./dict.js";
import { asIndex } from "./numbers.js";
import { Tuple } from "./sequences.js";
import type { Arguments, Value } from "./values.js";

type Method<Self> = (self: Self, args: Arguments) => Value;

/** Methods of lists and tuples. Lists' others change the list, which the sandbox forbids. */
const SEQUENCE_METHODS: Readonly<Record<string, Method<readonly Value[]>>> = {
  index: (self, args) => {
    const [item = null, start = 0n, stop = BigInt(self.length)] = bindPositional(
      "index",
      ["value", "start?", "stop?"],
      args,
    );
    const clamp = (position: Value): number => {
      const index = Number(asIndex(position, "indices"));
      return Math.max(index < 0 ? index + self.length : index, 0);
    };
    const [from, end] = [clamp(start), Math.min(clamp(stop), self.length)];
    for (let index = from; index < end; index++) {
      if (equals(self[index] ?? null, item)) return BigInt(index);
    }
    throw new PythonError("ValueError", "the list has no such item");
  },
  count: (self, args) => {
    const [item = null] = bindPositional("count", ["value"], args);
    return BigInt(self.filter((other) => equals(other, item)).length);
  },
};

/** Methods of mappings that do not change them. */
const DICT_METHODS: Readonly<Record<string, Method<Dict>>> = {
  get: (self, args) => {
    const [key = null, fallback = null] = bindPositional("get", ["key", "default?"], args);
    const value = self.get(key);
    return value === undefined ? fallback : value;
  },
  keys: (self, args) => view(self, "keys", args),
  values: (self, args) => view(self, "values", args),
  items: (self, args) => view(self, "items", args),
  copy: (self, args) => {
    bindPositional("copy", [], args);
    return new Dict(self.entries());
  },
  fromkeys: () => {
    throw new UnsupportedError("it calls dict.fromkeys");
  },
};

/** A method of a list, tuple or mapping, bound to it, or undefined. */
export function containerMethod(value: Value[] | Tuple | Dict, name: string): PythonFunction | undefined {
  if (value instanceof Dict) return bound(DICT_METHODS, value, name);
  if (value instanceof Tuple) return bound(SEQUENCE_METHODS, value.items, name);
  if (name === "copy") {
    return new PythonFunction(name, (args) => {
      if (args.positional.length + args.named.size > 0) throw typeError("list.copy() takes no arguments");
      return [...value];
    });
  }
  return bound<readonly Value[]>(SEQUENCE_METHODS, value, name);
}

function bound<Self>(
  methods: Readonly<Record<string, Method<Self>>>,
  self: Self,
  name: string,
): PythonFunction | undefined {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return method === undefined ? undefined : new PythonFunction(name, (args) => method(self, args));
}

function view(dict: Dict, kind: "keys" | "values" | "items", args: Arguments): DictView {
  bindPositional(kind, [], args);
  return new DictView(dict, kind);
}
