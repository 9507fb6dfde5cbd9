import { existsSync } from "node:fs";
import path from "node:path";

/** The clone, seen from here: this file runs from `bench/` as a test and from `build/bench/` when compiled. */
export const REPOSITORY = repositoryOf(import.meta.dirname);

function repositoryOf(folder: string): string {
  if (existsSync(path.join(folder, "binding.gyp"))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder)
    throw new Error(
      `The benchmark runs in a clone: no folder above ${import.meta.dirname} has a binding.gyp.`,
    );
  return repositoryOf(parent);
}
