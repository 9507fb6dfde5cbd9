import { PythonError, valueError } from "./errors.js";
import { reader, slotOf, type Activation, type Frame } from "./frame.js";
import { Namespace } from "./namespace.js";
import type { Target } from "./nodes.js";
import { iterate } from "./sequences.js";
import type { Value } from "./values.js";

/** What assigns a value to a name, an attribute of a namespace, or several of them. */
export function compileTarget(target: Target, frame: Frame): (at: Activation, value: Value) => void {
  switch (target.type) {
    case "Name": {
      const slot = slotOf(target.name, frame);
      return (at, value) => {
        at.slots[slot] = value;
      };
    }
    case "NamespaceTarget": {
      const read = reader(target.name, frame);
      return (at, value) => {
        const namespace = read(at);
        if (namespace instanceof Namespace) namespace.set(target.attribute, value);
      };
    }
    case "Tuple": {
      const items = target.items.map((item) => compileTarget(item as Target, frame));
      return (at, value) => {
        const values: Value[] = [];
        for (const item of iterate(value)) {
          values.push(item);
          if (values.length > items.length) break;
        }
        if (values.length !== items.length) throw valueError(`expected ${items.length} values to unpack`);
        items.forEach((assign, index) => {
          assign(at, values[index] ?? null);
        });
      };
    }
  }
}

/** Jinja2 looks before it evaluates what is assigned. */
export function checkNamespaces(target: Target, frame: Frame): (at: Activation) => void {
  if (target.type === "Tuple") {
    const checks = target.items.map((item) => checkNamespaces(item as Target, frame));
    return (at) => {
      for (const check of checks) check(at);
    };
  }
  if (target.type === "Name") return () => undefined;
  const read = reader(target.name, frame);
  return (at) => {
    if (read(at) instanceof Namespace) return;
    throw new PythonError("RuntimeError", "cannot assign attribute on non-namespace object");
  };
}
