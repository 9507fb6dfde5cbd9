import { bindPositional, bind, PythonFunction } from "./callables.js";
import { PythonError, typeError, UnsupportedError } from "./errors.js";
import { dictOf, Namespace } from "./namespace.js";
import { asIndex } from "./numbers.js";
import { Range } from "./sequences.js";
import { PythonObject, type Arguments, type Value } from "./values.js";

/** Longest range of Jinja2's sandbox. Source: jinja2/sandbox.py 3.1.6, `MAX_RANGE`. */
const MAX_RANGE = 100_000;

function range(args: Arguments): Value {
  const bounds = bindPositional("range", ["start", "stop?", "step?"], args).map((bound) =>
    bound === undefined ? undefined : asIndex(bound, "bounds of a range"),
  );
  const [first = 0n, second, step = 1n] = bounds;
  const made = second === undefined ? new Range(0n, first, step) : new Range(first, second, step);
  if (made.length() > MAX_RANGE) {
    throw new PythonError("OverflowError", `range() of ${made.length()} is longer than ${MAX_RANGE}`);
  }
  return made;
}

/** Gives its items in turn. Source: jinja2/utils.py 3.1.6, `Cycler`. */
class Cycler extends PythonObject {
  readonly typeName = "Cycler";
  readonly #items: readonly Value[];
  #position = 0;

  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) throw new PythonError("RuntimeError", "at least one item has to be provided");
    this.#items = items;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "current":
        return this.#items[this.#position];
      case "next":
        return new PythonFunction(name, (args) => {
          bindPositional(name, [], args);
          const current = this.#items[this.#position] ?? null;
          this.#position = (this.#position + 1) % this.#items.length;
          return current;
        });
      case "reset":
        return new PythonFunction(name, (args) => {
          bindPositional(name, [], args);
          this.#position = 0;
          return null;
        });
      case "items":
      case "pos":
        throw new UnsupportedError(`it uses ${name} of a cycler`);
      default:
        return undefined;
    }
  }
}

/** Nothing the first time, then its separator. Source: jinja2/utils.py 3.1.6, `Joiner`. */
class Joiner extends PythonObject {
  readonly typeName = "Joiner";
  override readonly isCallable = true;
  readonly #separator: Value;
  #isUsed = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override call(args: Arguments): Value {
    bind("joiner", [], args);
    const result = this.#isUsed ? this.#separator : "";
    this.#isUsed = true;
    return result;
  }

  override attribute(name: string): undefined {
    if (name === "sep" || name === "used") throw new UnsupportedError(`it uses ${name} of a joiner`);
    return undefined;
  }
}

/** The functions that every template has. Source: jinja2/defaults.py and sandbox.py 3.1.6. */
export const GLOBALS: ReadonlyMap<string, Value> = new Map(
  Object.entries({
    range,
    dict: dictOf,
    namespace: (args: Arguments) => new Namespace(args),
    cycler: ({ positional, named }: Arguments) => {
      if (named.size > 0) throw typeError("cycler() takes no keyword arguments");
      return new Cycler(positional);
    },
    joiner: (args: Arguments) => {
      const [separator = ", "] = bind("joiner", ["sep?"], args);
      return new Joiner(separator);
    },
    lipsum: () => {
      throw new UnsupportedError("it makes random text");
    },
  }).map(([name, call]) => [name, new PythonFunction(name, call)]),
);
