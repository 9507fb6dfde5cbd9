/** File and package names of other platforms, as the packages of node-llama-cpp 3.21.1 and 3.22.1 have them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { librariesIn } from "../../../lib/score/native/llama-libraries.js";
import { llamaPackages } from "../../../lib/score/native/platform.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "llama-reward-platform-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("librariesIn", () => {
  it.each([
    {
      platform: "linux-x64",
      files: [
        "libggml-base.so",
        "libggml-cpu-x64.so",
        "libggml.v0.5.0.so",
        "libllama-common.so",
        "libllama.v0.5.0.so",
      ],
      expected: ["libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so"],
    },
    {
      platform: "mac-arm64-metal",
      files: [
        "libggml-base.dylib",
        "libggml.metal.v0.4.0.dylib",
        "libllama-common.dylib",
        "libllama.metal.v0.4.0.dylib",
        "llama-addon.node",
        "libggml-blas.so",
        "libggml-cpu-apple_m1.so",
        "libggml-metal.so",
      ],
      expected: ["libggml-base.dylib", "libggml.metal.v0.4.0.dylib", "libllama.metal.v0.4.0.dylib"],
    },
    {
      platform: "win-x64",
      files: [
        "ggml-base.dll",
        "ggml-cpu-x64.dll",
        "ggml.v0.4.0.dll",
        "llama-common.dll",
        "llama.v0.4.0.dll",
        "llama-addon.node",
      ],
      expected: ["ggml-base.dll", "ggml.v0.4.0.dll", "llama.v0.4.0.dll"],
    },
    { platform: "incomplete", files: ["ggml-base.dll", "llama.v0.4.0.dll"], expected: undefined },
  ])("finds those of $platform", ({ platform, files, expected }) => {
    const directory = path.join(folder, platform);
    mkdirSync(directory);
    for (const file of files) writeFileSync(path.join(directory, file), "");
    const found = librariesIn(directory);
    expect(found && Object.values(found).map((file) => path.basename(file))).toEqual(expected);
  });

  it("finds none in a folder that is not there", () => {
    expect(librariesIn(path.join(folder, "nowhere"))).toBeUndefined();
  });
});

describe("llamaPackages", () => {
  it.each([
    ["linux", "x64", "@node-llama-cpp/linux-x64", 3],
    ["linux", "arm64", "@node-llama-cpp/linux-arm64", 0],
    ["darwin", "arm64", "@node-llama-cpp/mac-arm64-metal", 0],
    ["darwin", "x64", "@node-llama-cpp/mac-x64", 0],
    ["win32", "x64", "@node-llama-cpp/win-x64", 3],
    ["win32", "arm64", "@node-llama-cpp/win-arm64", 0],
  ] as const)("%s %s: %s with %d packages for GPUs", (platform, arch, base, gpuCount) => {
    const { base: found, gpu } = llamaPackages(platform, arch);
    expect(found).toBe(base);
    expect(gpu).toHaveLength(gpuCount);
    for (const name of gpu) expect(name).toMatch(new RegExp(`^${base}-(cuda|cuda-ext|vulkan)$`));
  });
});
