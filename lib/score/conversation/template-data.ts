import { invalidConversation } from "./invalid-conversation.js";
import type { ConversationError } from "../../errors.js";

/** Deepest nesting of what a template is given; schemas and arguments that people write stay far below. */
const DEEPEST = 100;
/** Most values in it. Bounds the work on lists that hold one another again and again, as messages of a page may. */
const MOST_VALUES = 1_000_000;

/**
 * A copy of a value that a chat template can be given: text, numbers (integers as number or bigint, floats as number or, where
 * they are whole, `Number` objects), booleans, null, lists and mappings of such. Mappings are plain objects, or maps where their
 * order matters and JavaScript would change it. Fields that are undefined are left out. Dates and bytes, which tables have
 * in columns that no template reads, stay as they are: a template that does read them fails.
 * @param where what it is, for the error
 * @throws ConversationError `CONVERSATION_INVALID`: another kind of value, a lone UTF-16 surrogate (it has no UTF-8 form, so the
 * tokens would silently differ from the text), a number that is not finite, or nesting without end
 */
export function templateData(value: unknown, where: string): unknown {
  return new Copier(where).copy(value, 0);
}

/** @throws ConversationError `CONVERSATION_INVALID` */
export function checkText(text: string, where: string): string {
  if (text.isWellFormed()) return text;
  throw invalidConversation(`${capital(where)} has a lone surrogate, which no tokenizer can encode.`);
}

class Copier {
  readonly #where: string;
  #count = 0;

  constructor(where: string) {
    this.#where = where;
  }

  copy(value: unknown, depth: number): unknown {
    if (depth > DEEPEST) throw this.#invalid(`is nested deeper than ${DEEPEST} levels`);
    if (++this.#count > MOST_VALUES) throw this.#invalid(`has more than ${MOST_VALUES} values`);
    switch (typeof value) {
      case "string":
        return checkText(value, this.#where);
      case "number":
        return this.#finite(value, value);
      case "boolean":
      case "bigint":
        return value;
      case "object":
        return value === null ? null : this.#copyObject(value, depth);
      default:
        throw this.#foreign(typeof value);
    }
  }

  #copyObject(value: object, depth: number): unknown {
    const inside = (item: unknown): unknown => this.copy(item, depth + 1);
    // Array.from takes the holes of a sparse array for undefined.
    if (Array.isArray(value)) return Array.from(value as unknown[], inside);
    switch (Object.prototype.toString.call(value)) {
      case "[object Number]":
        return this.#finite(Number(value), value);
      case "[object Map]":
        return new Map(
          [...(value as Map<unknown, unknown>)].map(([key, item]) => [this.#key(key), inside(item)]),
        );
      case "[object Object]":
        return Object.fromEntries(
          Object.entries(value)
            .filter(([, item]) => item !== undefined)
            .map(([key, item]) => [this.#key(key), inside(item)]),
        );
    }
    if (isUnread(value)) return value;
    throw this.#foreign(value.constructor.name);
  }

  #finite<T>(number: number, value: T): T {
    if (Number.isFinite(number)) return value;
    throw this.#invalid("has a number that is not finite");
  }

  #key(key: unknown): string {
    if (typeof key === "string") return checkText(key, this.#where);
    throw this.#invalid("has a mapping with a key that is no text");
  }

  #foreign(kind: string): ConversationError {
    return this.#invalid(
      `has a value of the kind ${kind}, which no chat template can be given: pass JSON values`,
    );
  }

  #invalid(problem: string): ConversationError {
    return invalidConversation(`${capital(this.#where)} ${problem}.`);
  }
}

/** Kinds of values that tables hold, that can travel between processes, and that templates know nothing of. */
export function isUnread(value: object): boolean {
  return value instanceof Date || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
