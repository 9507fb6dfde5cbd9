import { createHash } from "node:crypto";
import { z } from "zod";
import { JobError } from "../../../errors.js";
import { resultKey, type ShardRef } from "./shard-ref.js";

const headerSchema = z.strictObject({
  /** Of the shard. */
  id: z.string(),
  records: z.int().nonnegative(),
  /** Those of them that could not be read or scored. */
  failed: z.int().nonnegative(),
  tokens: z.int().nonnegative(),
  /** What made the results, by the names of `<out>.run.json`. */
  made: z.record(z.string(), z.unknown()),
  /** Who. */
  worker: z.string(),
  /** SHA-256 of the lines. */
  sha256: z.string(),
});

/** The first line of a shard's results: what follows are lines as `score --out` writes them. */
export type ResultHeader = z.infer<typeof headerSchema>;

/** The object with the results of a shard. @param lines each with its newline */
export function packResult(header: Omit<ResultHeader, "sha256">, lines: Uint8Array): Uint8Array {
  const sha256 = createHash("sha256").update(lines).digest("hex");
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, sha256 })}\n`), lines]);
}

/**
 * Reads such an object, after checking that it is whole and that shard's.
 * @throws JobError `STORE_FAILED`
 */
export function unpackResult(
  shard: ShardRef,
  bytes: Uint8Array,
): { header: ResultHeader; lines: Uint8Array } {
  const end = bytes.indexOf(NEWLINE);
  const lines = bytes.subarray(end + 1);
  const header = readHeader(bytes.subarray(0, Math.max(0, end)));
  const sha256 = createHash("sha256").update(lines).digest("hex");
  if (header?.id === shard.id && header.records === shard.records && header.sha256 === sha256)
    return { header, lines };
  throw new JobError(
    "STORE_FAILED",
    `${resultKey(shard)} is damaged: it does not hold the results that its first line announces. Delete it, and submit again.`,
    { details: { key: resultKey(shard) } },
  );
}

const NEWLINE = 0x0a;

function readHeader(line: Uint8Array): ResultHeader | undefined {
  try {
    return headerSchema.safeParse(JSON.parse(Buffer.from(line).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
