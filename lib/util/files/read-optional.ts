import { existsSync, readFileSync } from "node:fs";

/** Text of a small file, without space around it; undefined when there is no such file. */
export function readOptional(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}
