// Which llama.cpp the addon is compiled for on this platform, and the npm tarballs that carry its source.

import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");

/** Everything built or unpacked here. */
export const LLAMA_DIRECTORY = path.join(ROOT, "build", "llama.cpp");

/**
 * Releases of node-llama-cpp, whose tarball carries llama.cpp's whole source as a git bundle. Integrity values are the
 * registry's own (`npm view node-llama-cpp@<version> dist.integrity`).
 */
const RELEASES = {
  "3.21.1": {
    llama: "0.4.0",
    integrity:
      "sha512-E3N0Ev2Va0wzydvXYFwM9Hvyo07PoWjt8T/9GMc43Cvt8YkV/NU/tYUgEMC1grTPv2o9PRjQi0G3Wb5P/awiMg==",
  },
  "3.22.1": {
    llama: "0.5.0",
    integrity:
      "sha512-bltIipuWmc123H7tMIgDGKSsSrhmhlQYeVUC48XTjVW7XGJJiJJyCdlTMzQ/LiWoPkGDpcL4FviDpgw7qfTiDw==",
  },
};

const NEWEST = "3.22.1";

/**
 * The release whose prebuilt libraries a platform gets from package.json's optionalDependencies; where there is no
 * package (then llama.cpp is built from source), the newest.
 * @param {string} [os] as `process.platform` has it; this one by default
 * @param {string} [cpu] as `process.arch` has it
 * @returns {{ version: string, llama: string, integrity: string }}
 */
export function releaseForPlatform(os = process.platform, cpu = process.arch) {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
  const platform = { darwin: "mac", win32: "win" }[os] ?? os;
  const prefix = `@node-llama-cpp/${platform}-${cpu}`;
  const entry = Object.entries(optionalDependencies).find(
    ([name]) => name === prefix || name === `${prefix}-metal`,
  );
  const version = entry?.[1] ?? NEWEST;
  const release = RELEASES[version];
  if (release === undefined)
    throw new Error(
      `No integrity is recorded for node-llama-cpp ${version}. Add it to scripts/native/llama-release.mjs.`,
    );
  return { version, ...release };
}
