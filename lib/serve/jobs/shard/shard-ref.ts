import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../../../formats/json/canonical-json.js";

const digest = z.string().regex(/^[0-9a-f]{32,64}$/);
const count = z.int().nonnegative();

/** A reference to neighbouring records of one file of a run's data. Holds none of their text. */
export const shardSchema = z.strictObject({
  /** From 0, in the order of the records. */
  index: count,
  /** SHA-256 of the run's id and everything below, 128 bits of it. */
  id: digest,
  /** Which of the run's files. */
  file: count,
  /** Lines of the files in front of it. */
  offset: count,
  /** Its first line within the file. */
  line: count,
  /** Where that begins, in JSON Lines that are not packed. */
  byte: count.optional(),
  records: z.int().positive(),
  /** SHA-256 of the records. */
  digest,
});
/** See {@link shardSchema}. */
export type ShardRef = z.infer<typeof shardSchema>;

/** Where a run's shards are listed, one a line. */
export const PLAN_KEY = "plan.jsonl";
/** Where their results are. */
export const RESULTS_PREFIX = "shards/";

const ID_DIGITS = 32;
/** Results in one folder, since file systems slow down with very large ones. */
const RESULTS_OF_FOLDER = 1000;
const FOLDER_DIGITS = 6;
const INDEX_DIGITS = 9;
/** Of the id in a key: enough to tell the shards of one index apart. */
const KEY_DIGITS = 16;

/** The id of a shard. */
export function shardId(run: string, shard: Omit<ShardRef, "id" | "index">): string {
  return createHash("sha256").update(canonicalJson({ run, shard })).digest("hex").slice(0, ID_DIGITS);
}

/** Where the results of a shard are. Keys in their own order are shards in theirs. */
export function resultKey({ index, records, id }: ShardRef): string {
  const folder = String(Math.floor(index / RESULTS_OF_FOLDER)).padStart(FOLDER_DIGITS, "0");
  const place = String(index).padStart(INDEX_DIGITS, "0");
  return `${RESULTS_PREFIX}${folder}/${place}-${records}-${id.slice(0, KEY_DIGITS)}.jsonl`;
}

/** Records of the shard whose results are under a key; undefined for keys of others' files. */
export function recordsOfKey(key: string): number | undefined {
  const records = /\/\d+-(\d+)-[0-9a-f]+\.jsonl$/.exec(key)?.[1];
  return records === undefined ? undefined : Number(records);
}
