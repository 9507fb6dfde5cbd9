import { stat } from "node:fs/promises";
import { z } from "zod";

/** What changes when a file's content does: enough to know a file again without reading it. 64-bit numbers, as text. */
export const fileStampSchema = z.strictObject({
  size: z.string(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
  inode: z.string(),
  device: z.string(),
});
export type FileStamp = z.infer<typeof fileStampSchema>;

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
/** How far a file system's clock may lag behind: kernels stamp with the time of their last tick. */
const TICK_MS = 100;
/** FAT counts in two seconds; others in one. */
const COARSE_MS = 2_100;

/** @throws the system's error */
export async function stampOf(file: string): Promise<FileStamp> {
  const { size, mtimeNs, ctimeNs, ino, dev } = await stat(file, { bigint: true });
  return {
    size: String(size),
    mtimeNs: String(mtimeNs),
    ctimeNs: String(ctimeNs),
    inode: String(ino),
    device: String(dev),
  };
}

export function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  return (Object.keys(a) as (keyof FileStamp)[]).every((key) => a[key] === b[key]);
}

/**
 * Milliseconds from `nowMs` until a later change of the file is sure to give it another stamp; 0 when it is by now. Timestamps have
 * steps: a file that is changed twice within one has the stamp of the first change. Git calls such files racy and reads them again
 * (Documentation/technical/racy-git.txt).
 */
export function msUntilSettled(stamp: FileStamp, nowMs: number): number {
  const changed = lastChange(stamp, nowMs);
  const isCoarse =
    BigInt(stamp.mtimeNs) % NS_PER_SECOND === 0n || BigInt(stamp.ctimeNs) % NS_PER_SECOND === 0n;
  return Math.max(0, changed + (isCoarse ? COARSE_MS : TICK_MS) - nowMs);
}

/** Programs may set the time of modification, even into the future, but not the time of that change. */
function lastChange({ mtimeNs, ctimeNs }: FileStamp, nowMs: number): number {
  const [modified, changed] = [mtimeNs, ctimeNs].map((ns) => Number(BigInt(ns) / NS_PER_MS) + 1) as [
    number,
    number,
  ];
  return modified > nowMs ? changed : Math.max(modified, changed);
}
