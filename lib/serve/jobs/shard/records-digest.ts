import { createHash } from "node:crypto";
import { recordDigest } from "../../../data/records/record-digest.js";
import type { RecordEntry } from "../../../data/records/record.js";

/** SHA-256 of records in their order, as they are scored: whatever file format, spacing and order of keys they came in. */
export class RecordsDigest {
  readonly #hash = createHash("sha256");

  add(entry: RecordEntry): void {
    this.#hash.update(`${JSON.stringify(entry.id)} ${recordDigest("", entry)}\n`);
  }

  /** Hexadecimal. Nothing can be added after that. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}
