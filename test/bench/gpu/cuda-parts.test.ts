import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { findCuda } from "../../../bench/gpu/cuda-backend.js";
import { temporaryFolder } from "../../support/fixtures.js";

async function rootWith(...files: string[]): Promise<string> {
  const root = await temporaryFolder();
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), "");
  }
  return root;
}

it("finds CUDA's parts in a toolkit, and what that lacks in PyTorch's wheels", async () => {
  const toolkit = await rootWith("include/crt/x.h", "targets/x86_64-linux/lib/libcudart.so.13");
  const wheels = await rootWith(
    "cu13/include/cublas_v2.h",
    "cu13/lib/libcublas.so.13",
    "cu13/lib/libcublasLt.so.13",
    "cu13/lib/libcudart.so.13",
  );
  const driver = await rootWith("lib64/libcuda.so.1");
  expect(findCuda([toolkit, wheels, driver, join(driver, "nowhere")], 13)).toEqual({
    headers: join(wheels, "cu13/include"),
    cublas: join(wheels, "cu13/lib/libcublas.so.13"),
    cublasLt: join(wheels, "cu13/lib/libcublasLt.so.13"),
    runtime: join(toolkit, "targets/x86_64-linux/lib/libcudart.so.13"),
    driver: join(driver, "lib64/libcuda.so.1"),
  });
});

it("takes no library of another version than the compiler's", async () => {
  const toolkit = await rootWith("lib64/libcublas.so.12", "lib64/libcudart.so.12", "include/cublas_v2.h");
  expect(findCuda([toolkit], 13)).toEqual({ headers: join(toolkit, "include") });
});
