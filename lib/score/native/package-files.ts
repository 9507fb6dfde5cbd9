/** Finds files of this package and of the packages it can import. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** Root of this package, from `lib/native/` as well as from `dist/native/`. */
export const PACKAGE_ROOT = path.resolve(import.meta.dirname, "../../..");

/** An installed package. */
export interface InstalledPackage {
  name: string;
  version: string;
  directory: string;
}

/**
 * The place outside Electron's archive of a file inside it: libraries cannot be opened from within.
 * `app.asar/x` becomes `app.asar.unpacked/x`; other paths stay.
 */
export function outsideAsar(file: string): string {
  return file.replace(/\.asar([\\/])/g, ".asar.unpacked$1");
}

/**
 * Finds an installed package by name; undefined when it is not installed.
 * @param from a package that may depend on it: package managers that keep packages apart (pnpm) show it only to that one.
 */
export function findPackage(name: string, from?: string): InstalledPackage | undefined {
  const file = resolveFrom(require, name) ?? (from === undefined ? undefined : resolveThrough(from, name));
  if (file === undefined) return undefined;
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const manifest = path.join(directory, "package.json");
    if (existsSync(manifest)) {
      const { name: found, version } = JSON.parse(readFileSync(manifest, "utf8")) as {
        name?: string;
        version?: string;
      };
      if (found === name) return { name, version: version ?? "", directory: outsideAsar(directory) };
    }
    if (directory === path.dirname(directory)) return undefined;
  }
}

function resolveThrough(from: string, name: string): string | undefined {
  const through = resolveFrom(require, from);
  return through === undefined ? undefined : resolveFrom(createRequire(through), name);
}

function resolveFrom(resolver: NodeJS.Require, name: string): string | undefined {
  try {
    return resolver.resolve(name);
  } catch {
    return undefined;
  }
}
