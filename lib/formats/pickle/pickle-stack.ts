import type { PickleCursor } from "./cursor.js";
import { kindOf, PyDict, PyList } from "./values.js";

/**
 * Most values that a pickle may push, and most tuples, lists and dictionaries among them: some twenty times what the models with
 * most tensors need (a tensor takes about 40 values, five of them such), and what keeps memory within some hundred megabytes
 * whatever a file says.
 */
const MAX_VALUES = 1 << 23;
const MAX_CONTAINERS = 1 << 21;

/** The stack, marks and memo of a machine for pickles. Refuses to take what is not there. */
export class PickleStack {
  #items: unknown[] = [];
  readonly #marks: unknown[][] = [];
  readonly #memo = new Map<number, unknown>();
  #pushed = 0;
  #made = 0;
  readonly #cursor: PickleCursor;

  constructor(cursor: PickleCursor) {
    this.#cursor = cursor;
  }

  push(value: unknown): void {
    if (++this.#pushed > MAX_VALUES) throw this.#tooMany();
    this.#items.push(value);
  }

  /** Pushes a fresh tuple, list, dictionary or set. */
  pushMade(value: unknown): void {
    if (++this.#made > MAX_CONTAINERS) throw this.#tooMany();
    this.push(value);
  }

  pop(): unknown {
    if (this.#items.length === 0) throw this.#empty();
    return this.#items.pop();
  }

  popMany(count: number): unknown[] {
    if (this.#items.length < count) throw this.#empty();
    return this.#items.splice(-count);
  }

  top(): unknown {
    if (this.#items.length === 0) throw this.#empty();
    return this.#items.at(-1);
  }

  mark(): void {
    if (++this.#made > MAX_CONTAINERS) throw this.#tooMany();
    this.#marks.push(this.#items);
    this.#items = [];
  }

  popToMark(): unknown[] {
    const items = this.#items;
    const below = this.#marks.pop();
    if (below === undefined) throw this.#cursor.invalid(`byte ${this.#at} needs a mark, and there is none`);
    this.#items = below;
    return items;
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!(list instanceof PyList)) throw this.#cursor.invalid(`byte ${this.#at} appends to ${kindOf(list)}`);
    for (const item of items) list.items.push(item);
  }

  /** @param items keys and values in turn */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof PyDict))
      throw this.#cursor.invalid(`byte ${this.#at} sets items of ${kindOf(dict)}`);
    if (items.length % 2 !== 0) throw this.#cursor.invalid(`byte ${this.#at} sets an item that has no value`);
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index];
      if (dict.entries.has(key)) {
        throw this.#cursor.invalid(`byte ${this.#at} sets ${JSON.stringify(String(key))} a second time`);
      }
      dict.entries.set(key, items[index + 1]);
    }
  }

  remember(index: number): void {
    if (this.#memo.size >= MAX_CONTAINERS) throw this.#tooMany();
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) {
      throw this.#cursor.invalid(`byte ${this.#at} takes memo entry ${index}, which nothing set`);
    }
    this.push(this.#memo.get(index));
  }

  /** What the pickle stands for: the one value that is left. */
  result(): unknown {
    const value = this.pop();
    if (this.#items.length > 0 || this.#marks.length > 0)
      throw this.#cursor.invalid("it ends with values that belong to nothing");
    return value;
  }

  get #at(): number {
    return this.#cursor.position;
  }

  #empty(): Error {
    return this.#cursor.invalid(`byte ${this.#at} takes more values than there are`);
  }

  #tooMany(): Error {
    return this.#cursor.invalid(
      `it has more than ${MAX_VALUES} values, or ${MAX_CONTAINERS} tuples, lists and dictionaries`,
    );
  }
}
