import { existsSync } from "node:fs";
import { join } from "node:path";
import { isNonGlibcLinuxSync } from "detect-libc";

/** The prebuilt addon packages: one per operating system and CPU. `libc` keeps the glibc build off musl
 * systems. Each depends on llama.cpp's libraries for its platform (`llama`): those packages declare themselves for more
 * CPUs than they are for, so a main package that lists them all would bring two onto some machines. */
export const PLATFORMS = [
  { name: "linux-x64", os: "linux", cpu: "x64", libc: "glibc", llama: "@node-llama-cpp/linux-x64" },
  { name: "linux-arm64", os: "linux", cpu: "arm64", libc: "glibc", llama: "@node-llama-cpp/linux-arm64" },
  { name: "darwin-arm64", os: "darwin", cpu: "arm64", llama: "@node-llama-cpp/mac-arm64-metal" },
  { name: "darwin-x64", os: "darwin", cpu: "x64", llama: "@node-llama-cpp/mac-x64" },
  { name: "win32-x64", os: "win32", cpu: "x64", llama: "@node-llama-cpp/win-x64" },
  { name: "win32-arm64", os: "win32", cpu: "arm64", llama: "@node-llama-cpp/win-arm64" },
];

/** npm name of a platform's package. */
export function packageName(platform) {
  return `@llama-reward/${platform.name}`;
}

/** File name of a platform's packed package, or of the main package's when no platform is given. */
export function tarballName(version, platform) {
  return `llama-reward-${platform === undefined ? "" : `${platform.name}-`}${version}.tgz`;
}

/** The platforms whose tarballs are not in a folder. */
export function missingPlatforms(folder, version) {
  return PLATFORMS.filter((platform) => !existsSync(join(folder, tarballName(version, platform))));
}

/**
 * The platform this process runs on; an addon built without glibc must not be published as one for it.
 * @throws Error no package is published for it
 */
export function currentPlatform() {
  const found = PLATFORMS.find(
    ({ os, cpu, libc }) =>
      os === process.platform && cpu === process.arch && (libc === undefined || !isNonGlibcLinuxSync()),
  );
  if (found === undefined) {
    const libc = isNonGlibcLinuxSync() ? " without glibc" : "";
    throw new Error(
      `No package is published for ${process.platform}-${process.arch}${libc}: build from source there.`,
    );
  }
  return found;
}
