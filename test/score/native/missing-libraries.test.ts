import { expect, it } from "vitest";
import { missingLibraries, missingLibraryAdvice } from "../../../lib/score/native/missing-libraries.js";

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

it("says where a library of CUDA comes from", () => {
  expect(missingLibraryAdvice("libcudart.so.12")).toMatch(/CUDA 12 runtime.*Vulkan/);
  expect(missingLibraryAdvice("libvulkan.so.1")).toMatch(/package of your system/);
});
