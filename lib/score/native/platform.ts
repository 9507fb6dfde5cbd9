import { isNonGlibcLinuxSync } from "detect-libc";

/** Parts of names of the npm packages that carry binaries, where they differ from Node's. */
const PLATFORM_NAMES: Partial<Record<NodeJS.Platform, string>> = { darwin: "mac", win32: "win" };

/** Package with the prebuilt addon, e.g. `@llama-reward/linux-x64`, `@llama-reward/linux-x64-musl`. */
export function addonPackage(): string {
  return `@llama-reward/${process.platform}-${process.arch}${isNonGlibcLinuxSync() ? "-musl" : ""}`;
}

/**
 * Packages with llama.cpp's libraries for this platform, e.g. `@node-llama-cpp/linux-x64`: what is needed, and what adds
 * a GPU. Names as published by node-llama-cpp 3.22.1; Metal is part of the Apple package.
 */
export function llamaPackages(
  platform: NodeJS.Platform = process.platform,
  arch: NodeJS.Architecture = process.arch,
): { base: string; gpu: readonly string[] } {
  const name = `@node-llama-cpp/${PLATFORM_NAMES[platform] ?? platform}-${arch}`;
  if (platform === "darwin" && arch === "arm64") return { base: `${name}-metal`, gpu: [] };
  const hasGpuPackages = arch === "x64" && (platform === "linux" || platform === "win32");
  return { base: name, gpu: hasGpuPackages ? [`${name}-cuda`, `${name}-cuda-ext`, `${name}-vulkan`] : [] };
}
