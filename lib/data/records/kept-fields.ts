import type { DatasetRow } from "../../formats/rows.js";
import type { OutputJson } from "./output-record.js";
import { readRecord } from "./read-records.js";
import type { RecordEntry } from "./record.js";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Fields of the records that go through to their lines of output. Results come in the order of the records, so that a queue is all
 * it takes; only what is under way is held.
 */
export class KeptFields {
  readonly #names: readonly string[];
  readonly #seen = new Set<string>();
  readonly #byEntry = new WeakMap<RecordEntry, Fields>();
  readonly #underWay: Fields[] = [];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Names that no record had. */
  get absent(): readonly string[] {
    return this.#names.filter((name) => !this.#seen.has(name));
  }

  /** Reads rows as records. */
  async *read(rows: AsyncIterable<DatasetRow>): AsyncIterable<RecordEntry> {
    for await (const row of rows) {
      const entry = readRecord(row);
      if (this.#names.length > 0) this.#byEntry.set(entry, this.#fieldsOf(row.value));
      yield entry;
    }
  }

  /** Those of them that are going to be scored. */
  async *of(entries: AsyncIterable<RecordEntry>): AsyncIterable<RecordEntry> {
    for await (const entry of entries) {
      if (this.#names.length > 0) this.#underWay.push(this.#byEntry.get(entry) ?? {});
      yield entry;
    }
  }

  /** The line of the next of these, with what is kept of its record. */
  add(line: OutputJson): OutputJson {
    if (this.#names.length === 0) return line;
    const { id, ...rest } = line;
    return { id, input: this.#underWay.shift() ?? {}, ...rest };
  }

  #fieldsOf(value: unknown): Fields {
    if (typeof value !== "object" || value === null) return {};
    const fields = value as Fields;
    const names = this.#names.filter((name) => fields[name] !== undefined);
    for (const name of names) this.#seen.add(name);
    return Object.fromEntries(names.map((name) => [name, fields[name]]));
  }
}
