import { existsSync } from "node:fs";
import path from "node:path";

/** The clone, seen from here: this file runs from `bench/` as a test and from `build/bench/` when compiled. */
export const REPOSITORY = repositoryOf(import.meta.dirname);

function repositoryOf(folder: string): string {
  if (existsSync(path.join(folder, "binding.gyp"))) return folder;
  return repositoryOf(path.dirname(folder));
}
