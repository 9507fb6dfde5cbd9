import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { missingLibraries, missingLibraryAdvice } from "../../../lib/score/native/missing-libraries.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { peFile } from "../../support/pe-file.js";

// The lines of glibc as seen with the CUDA packages of node-llama-cpp 3.22.1; musl's and macOS's as their linkers document them.
it.each([
  {
    failure:
      "/app/libggml-cuda.so: load_backend: failed to load /app/libggml-cuda.so: libcublas.so.13: cannot open shared object file: No such file or directory",
    expected: ["libcublas.so.13"],
  },
  {
    failure:
      "/app/libggml-vulkan.so: load_backend: failed to load /app/libggml-vulkan.so: Error loading shared library libvulkan.so.1: No such file or directory (needed by /app/libggml-vulkan.so)",
    expected: ["libvulkan.so.1"],
  },
  {
    failure:
      "/app/libggml-x.so: dlopen(/app/libggml-x.so, 0x0006): Library not loaded: @rpath/libMoltenVK.dylib",
    expected: ["libMoltenVK.dylib"],
  },
  { failure: "/app/libggml-vulkan.so: found no device. ggml_vulkan: No devices found.", expected: [] },
  { failure: "C:\\app\\ggml-cuda.dll: load_backend: failed to load: error 126", expected: [] },
])("finds $expected", ({ failure, expected }) => {
  expect(missingLibraries([failure, failure])).toEqual(expected);
});

it("finds on Windows what a backend imports and no folder has", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "ggml-cuda.dll");
  const system = join(folder, "System32");
  await mkdir(system);
  await writeFile(join(system, "KERNEL32.dll"), "");
  await writeFile(join(folder, "ggml-base.dll"), "");
  const names = [
    "ggml-base.dll",
    "cublas64_13.dll",
    "nvcuda.dll",
    "KERNEL32.dll",
    "api-ms-win-crt-heap-l1-1-0.dll",
  ];
  await writeFile(file, peFile(names));
  const failure = `${file}: ggml_backend_load_best: failed to load ${file}: `;
  expect(missingLibraries([failure, failure], [system])).toEqual(["cublas64_13.dll", "nvcuda.dll"]);
});

it("says where a library comes from", () => {
  expect(missingLibraryAdvice("libcudart.so.12")).toMatch(/CUDA 12 runtime.*Vulkan/);
  expect(missingLibraryAdvice("cublasLt64_13.dll")).toMatch(/CUDA 13 runtime.*Vulkan/);
  expect(missingLibraryAdvice("nvcuda.dll")).toMatch(/graphics driver/);
  expect(missingLibraryAdvice("VCRUNTIME140_1.dll", "arm64")).toMatch(
    /Visual C\+\+ runtime.*vc_redist\.arm64\.exe$/,
  );
  expect(missingLibraryAdvice("libvulkan.so.1")).toMatch(/package of your system/);
});
