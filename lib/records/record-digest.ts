import { createHash } from "node:crypto";
import { canonicalJson } from "../util/canonical-json.js";
import type { RecordEntry } from "./record.js";

/** Hexadecimal digits: 64 bits tell the records of any dataset from their rewritten forms. */
const DIGITS = 16;

/**
 * Fingerprint of a record's content and of what scores it. Its id plays no part: resuming goes by both.
 * @param run what the rewards depend on beside the record
 */
export function recordDigest(run: string, { record, error }: RecordEntry): string {
  const content = error === undefined ? canonicalJson({ ...record, id: undefined }) : `error ${error.code}`;
  return createHash("sha256").update(run).update("\n").update(content).digest("hex").slice(0, DIGITS);
}
