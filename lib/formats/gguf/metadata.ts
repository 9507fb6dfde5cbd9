import { showValue, type RawArray, type RawEntry, type RawGguf } from "./raw-gguf.js";
import type { ValueType } from "./gguf-value.js";

/** Looks metadata entries up by key and type, and notes what is wrong with them. */
export class Metadata {
  readonly faults: string[] = [];
  readonly #entries = new Map<string, RawEntry>();

  constructor({ entries }: RawGguf) {
    for (const entry of entries) {
      if (this.#entries.has(entry.key)) this.faults.push(`${entry.key} is there twice`);
      this.#entries.set(entry.key, entry);
    }
  }

  get keys(): Iterable<string> {
    return this.#entries.keys();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The entry as it is, whatever its type. */
  entry(key: string): RawEntry | undefined {
    return this.#entries.get(key);
  }

  /** A whole number from `min` to `max`; 0 when there is none, which is a fault. */
  integer(key: string, min: number, max: number): number {
    const value = this.#value(key, "u32");
    if (typeof value === "number" && value >= min && value <= max) return value;
    if (value !== undefined) this.faults.push(`${key} is ${showValue(value)}, expected ${min} to ${max}`);
    return 0;
  }

  /** A finite number above 0; NaN when there is none, which is a fault. */
  positive(key: string): number {
    const value = this.#value(key, "f32");
    if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
    if (value !== undefined) this.faults.push(`${key} is ${showValue(value)}, expected a number above 0`);
    return NaN;
  }

  text(key: string): string | undefined {
    const value = this.#value(key, "string");
    return typeof value === "string" ? value : undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.#value(key, "bool");
    return typeof value === "boolean" ? value : undefined;
  }

  array(key: string, of: ValueType): RawArray | undefined {
    const value = this.#value(key, "array");
    if (typeof value !== "object") return undefined;
    if (value.of === of) return value;
    this.faults.push(`${key} is an array of ${value.of}, expected ${of}`);
    return undefined;
  }

  #value(key: string, type: ValueType): RawEntry["value"] | undefined {
    const entry = this.#entries.get(key);
    if (entry?.type === type) return entry.value;
    this.faults.push(
      entry === undefined ? `${key} is missing` : `${key} is stored as ${entry.type}, expected ${type}`,
    );
    return undefined;
  }
}
