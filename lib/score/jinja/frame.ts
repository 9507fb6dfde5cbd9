import { checkLength, spendText } from "./budget.js";
import { JinjaSyntaxError } from "./errors.js";
import type { Expression, Statement } from "./nodes.js";
import { Symbols, type FunctionScope, type Reference } from "./symbols.js";
import type { Value } from "./values.js";

/** The variables of one call of a function of the template. Undefined stands for one that is not set. */
export interface Activation {
  slots: (Value | undefined)[];
  parent: Activation | null;
  /** What the template was given, and the globals. */
  context: ReadonlyMap<string, Value>;
}

/** What has been written so far. */
export class Output {
  text = "";

  write(text: string): void {
    checkLength(this.text.length + text.length);
    spendText(text.length);
    this.text += text;
  }
}

/** An expression, compiled. */
export type Evaluate = (at: Activation) => Value;

/** Compiles an expression: handed to what compiles a part of one, which is made of expressions again. */
export type CompileExpression = (node: Expression, frame: Frame) => Evaluate;

/** How a statement ended. */
export type Signal = "break" | "continue" | undefined;

/** A statement, compiled. What it has written stays, however it ends. */
export type Execute = (at: Activation, out: Output) => Signal;

/** Compiles the statements in a block: handed to what compiles the block, which is a statement itself. */
export type CompileBody = (body: readonly Statement[], frame: Frame) => Execute;

/** What is known of the place that is being compiled. Source: jinja2/compiler.py 3.1.6, `Frame`. */
export interface Frame {
  symbols: Symbols;
  /** Whether a `break` here leaves a loop of this function. */
  isInLoop: boolean;
  /** In a branch, an unknown filter or test fails only when it is reached. */
  isSoft: boolean;
}

/** A block with names of its own, within the same function or in one of its own. */
export function innerFrame(frame: Frame, scope = frame.symbols.scope): Frame {
  const isInLoop = frame.isInLoop && scope === frame.symbols.scope;
  return { symbols: new Symbols(frame.symbols, scope), isInLoop, isSoft: false };
}

export function newActivation(scope: FunctionScope, parent: Activation): Activation {
  return { slots: new Array<Value | undefined>(scope.slots), parent, context: parent.context };
}

/** Reads a variable from a frame; undefined when it is not set. @throws JinjaSyntaxError when the name was not analyzed */
export function reader(name: string, frame: Frame): (at: Activation) => Value | undefined {
  const reference = frame.symbols.find(name);
  if (reference === undefined) throw new JinjaSyntaxError(`the name '${name}' cannot be resolved here`);
  return readerOf(reference, frame.symbols.scope);
}

function readerOf({ scope, slot }: Reference, from: FunctionScope): (at: Activation) => Value | undefined {
  let hops = 0;
  let current: FunctionScope | null = from;
  while (current !== null && current !== scope) {
    current = current.parent;
    hops++;
  }
  if (current === null) throw new JinjaSyntaxError("a name cannot be reached");
  if (hops === 0) return (at) => at.slots[slot];
  return (at) => {
    let home: Activation | null = at;
    for (let hop = 0; hop < hops; hop++) home = home?.parent ?? null;
    return home?.slots[slot];
  };
}

/** Where a name of a frame is assigned, which is always in the frame's own function. */
export function slotOf(name: string, { symbols }: Frame): number {
  const reference = symbols.find(name);
  if (reference?.scope !== symbols.scope)
    throw new JinjaSyntaxError(`the name '${name}' cannot be assigned here`);
  return reference.slot;
}

/** What sets the names of a frame when it is entered. To be called once the frame is analyzed. */
export function enter({ symbols }: Frame): (at: Activation) => void {
  const steps: ((at: Activation) => void)[] = [];
  for (const [{ slot }, load] of symbols.loads) {
    switch (load.from) {
      case "context":
        steps.push((at) => {
          at.slots[slot] = at.context.get(load.name);
        });
        break;
      case "outer": {
        const read = readerOf(load.reference, symbols.scope);
        steps.push((at) => {
          at.slots[slot] = read(at);
        });
        break;
      }
      case "nothing":
        steps.push((at) => {
          at.slots[slot] = undefined;
        });
        break;
      case "parameter":
    }
  }
  return (at) => {
    for (const step of steps) step(at);
  };
}

/** What unsets the names of a frame when it is left: macros made in it may still look. */
export function leave({ symbols }: Frame): (at: Activation) => void {
  const slots = [...symbols.loads.keys()].map(({ slot }) => slot);
  return (at) => {
    for (const slot of slots) at.slots[slot] = undefined;
  };
}
