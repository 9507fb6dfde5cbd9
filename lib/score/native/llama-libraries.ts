/** Finds llama.cpp's shared libraries, whose names differ per platform, version and variant. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

import { AddonLoadError } from "../../errors.js";
import { findPackage, outsideAsar, PACKAGE_ROOT } from "./package-files.js";
import { addonPackage, llamaPackages } from "./platform.js";
import type { NativeLibraries } from "./native-addon.js";

/** Result of `LLAMA_REWARD_BUILD=source npm run build:native`. */
const SOURCE_BUILD = path.join(PACKAGE_ROOT, "build", "llama.cpp", "bin");

/** `libllama.so`, `libllama.v0.5.0.so`, `libllama.metal.v0.4.0.dylib`, `llama.v0.4.0.dll`; not `libllama-common.so`. */
function libraryPattern(name: string): RegExp {
  return new RegExp(`^(lib)?${name}(\\.[\\w.]+)?\\.(so|dylib|dll)$`);
}

/** The shortest match: a source build has links and versions beside each other, all the same library. */
function findLibrary(directory: string, name: string): string | undefined {
  const pattern = libraryPattern(name);
  const matches = readdirSync(directory).filter((file) => pattern.test(file));
  const shortest = matches.sort((a, b) => a.length - b.length || a.localeCompare(b))[0];
  return shortest === undefined ? undefined : path.join(directory, shortest);
}

/** Where a platform package keeps its libraries: `bins/<platform and variant>/`. */
function libraryDirectories(packageDirectory: string): string[] {
  const bins = path.join(packageDirectory, "bins");
  if (!existsSync(bins)) return [];
  return readdirSync(bins, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(bins, entry.name));
}

/** The three libraries of a folder, whatever the platform it is for; undefined unless all are there. */
export function librariesIn(directory: string): Omit<NativeLibraries, "backendDirectories"> | undefined {
  if (!existsSync(directory)) return undefined;
  const ggmlBase = findLibrary(directory, "ggml-base");
  const ggml = findLibrary(directory, "ggml");
  const llama = findLibrary(directory, "llama");
  if (ggmlBase === undefined || ggml === undefined || llama === undefined) return undefined;
  return { ggmlBase, ggml, llama };
}

/**
 * Folders of the installed GPU packages that belong to the same release as the base package; others cannot work together.
 * The `-ext` packages carry a second build for older drivers in `fallback/`, to be tried last.
 */
function gpuDirectories(version: string): string[] {
  const directories = llamaPackages().gpu.flatMap((name) => {
    const gpu = findPackage(name);
    return gpu?.version === version ? libraryDirectories(gpu.directory) : [];
  });
  const fallbacks = directories.map((directory) => path.join(directory, "fallback"));
  return [...directories, ...fallbacks.filter((directory) => existsSync(directory))];
}

/**
 * The libraries to open: those built from source here when there are any, else the platform package's, with the folders
 * of every installed GPU package.
 * @throws AddonLoadError `ADDON_NOT_FOUND`, listing what was tried
 */
export function findLlamaLibraries(): NativeLibraries {
  const sourceBuild = outsideAsar(SOURCE_BUILD);
  const built = librariesIn(sourceBuild);
  if (built !== undefined) return { ...built, backendDirectories: [sourceBuild] };

  const { base } = llamaPackages();
  const tried = [`${sourceBuild}: no llama.cpp libraries there`];
  const installed = findPackage(base, addonPackage());
  if (installed === undefined) tried.push(`${base}: not installed`);
  else {
    for (const directory of libraryDirectories(installed.directory)) {
      const libraries = librariesIn(directory);
      if (libraries !== undefined)
        return { ...libraries, backendDirectories: [directory, ...gpuDirectories(installed.version)] };
    }
    tried.push(`${installed.directory}: no llama.cpp libraries there`);
  }
  throw new AddonLoadError(
    "ADDON_NOT_FOUND",
    `llama.cpp's libraries were not found. Tried ${tried.join("; ")}. Reinstall with optional dependencies ` +
      `(npm install --include=optional), or build them in a clone of llama-reward with ` +
      `LLAMA_REWARD_BUILD=source npm run build:native.`,
    { details: { tried } },
  );
}
