import { stat } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";

/** Whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Text of a small file, without space around it; undefined when there is no such file. */
export function readOptional(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

/** Bytes of a file; undefined where there is none to be read. */
export async function fileSize(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
