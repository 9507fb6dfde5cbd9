import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The entries of the package by name, e.g. `./data`, with the source file of each. */
export function entries(): Map<string, string> {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    exports: Record<string, string | { types: string; default: string }>;
  };
  return new Map(
    Object.entries(manifest.exports).flatMap(([name, target]) =>
      typeof target === "string"
        ? []
        : [[name, join(ROOT, target.types.replace("./dist/", "lib/").replace(".d.ts", ".ts"))]],
    ),
  );
}
