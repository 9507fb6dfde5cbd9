import { readFileSync } from "node:fs";
import { UNKNOWN_VERSION } from "./unknown-version.js";

/**
 * Version of this package, from the nearest `package.json` of that name above this file. A program that bundles the
 * package has no such file: then the version is `unknown`, and is not compared.
 */
export function packageVersion(from: string = import.meta.url): string {
  for (let folder = new URL(".", from); ; folder = new URL("..", folder)) {
    try {
      const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as Record<
        string,
        unknown
      >;
      if (manifest["name"] === "llama-reward" && typeof manifest["version"] === "string") {
        return manifest["version"];
      }
    } catch {
      // No readable package.json in this folder: look further up.
    }
    if (folder.pathname === new URL("..", folder).pathname) return UNKNOWN_VERSION;
  }
}
