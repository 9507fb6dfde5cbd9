import { release } from "node:os";
import { isNonGlibcLinuxSync } from "detect-libc";
import { missingImports, missingLibraryAdvice } from "./missing-libraries.js";

/** What of a system decides whether prebuilt libraries load there. */
export interface System {
  platform: NodeJS.Platform;
  /** Linux with another C library than glibc. */
  isMusl: boolean;
  /** Version of the kernel, as `os.release()` gives it. */
  release: string;
}

/** Darwin's major version in macOS 14, which the libraries of node-llama-cpp 3.21.1 for macOS are built for. */
const DARWIN_OF_MACOS_14 = 23;

const FROM_SOURCE =
  "build them in a clone of llama-reward with LLAMA_REWARD_BUILD=source npm run build:native";

const REINSTALL = "Reinstall llama-reward with its optional dependencies (npm install --include=optional).";

/**
 * What to do where the addon, or one of llama.cpp's libraries, is there and does not load: names what the system lacks.
 * @param reason what the system said
 * @param files those that were to be loaded
 */
export function systemAdvice(
  reason: string,
  files: readonly string[],
  { platform, isMusl, release }: System = thisSystem(),
): string {
  if (isMusl)
    return (
      "This system's C library is musl, and the prebuilt libraries need glibc. Use a system or a container image with glibc " +
      `(node:22-slim in place of node:22-alpine), or ${FROM_SOURCE}.`
    );
  const older = /version [`']?((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)'? not found/.exec(reason)?.[1];
  if (older !== undefined)
    return (
      `This system's C and C++ libraries are older than the prebuilt ones need (${older}). Use a newer system (Debian 12, ` +
      `Ubuntu 22.04, RHEL 9 or later), or ${FROM_SOURCE}.`
    );
  const darwin = Number.parseInt(release, 10);
  if (platform === "darwin" && darwin < DARWIN_OF_MACOS_14)
    return (
      `The prebuilt libraries need macOS 14 or later, and this is macOS ${darwin - 9} (Darwin ${release}). Update it, or ` +
      `${FROM_SOURCE}.`
    );
  if (platform === "win32") {
    const missing = new Set(files.flatMap((file) => missingImports(file)));
    if (missing.size > 0) return [...missing].map((name) => missingLibraryAdvice(name)).join(" ");
  }
  return REINSTALL;
}

function thisSystem(): System {
  return { platform: process.platform, isMusl: isNonGlibcLinuxSync(), release: release() };
}
