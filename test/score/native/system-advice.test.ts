import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemAdvice, type System } from "../../../lib/score/native/system-advice.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { peFile } from "../../support/pe-file.js";

const LINUX: System = { platform: "linux", isMusl: false, release: "6.8.0" };

it.each<[string, string, Partial<System>, RegExp]>([
  [
    "musl",
    "Error relocating /app/libggml-base.so: __printf_chk: symbol not found",
    { isMusl: true },
    /musl.*glibc.*node:22-slim.*LLAMA_REWARD_BUILD=source/,
  ],
  [
    "an older C library",
    "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/libllama.v0.5.0.so)",
    {},
    /older.*\(GLIBC_2\.34\).*Debian 12/,
  ],
  [
    "an older C++ library",
    "/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by /app/x.node)",
    {},
    /GLIBCXX_3\.4\.29/,
  ],
  [
    "macOS before 14",
    "dlopen(/app/libggml.dylib): Symbol not found",
    { platform: "darwin", release: "22.6.0" },
    /need macOS 14 or later, and this is macOS 13 /,
  ],
  ["macOS 14", "dlopen failed", { platform: "darwin", release: "23.0.0" }, /^Reinstall llama-reward/],
  ["nothing that is known", "No such file", {}, /^Reinstall llama-reward/],
])("%s", (_, reason, system, advice) => {
  expect(systemAdvice(reason, [], { ...LINUX, ...system })).toMatch(advice);
});

it("Windows without the Visual C++ runtime: names what is missing, once, and where it comes from", async () => {
  const folder = await temporaryFolder();
  const files = ["llama.dll", "ggml.dll"].map((name) => join(folder, name));
  // In the folder of the library, as ggml.dll is for llama.dll.
  for (const file of files) await writeFile(file, peFile(["ggml.dll", "MSVCP140.dll", "VCRUNTIME140.dll"]));
  const advice = systemAdvice("Windows error 126", files, { ...LINUX, platform: "win32" });
  expect(advice.match(/Missing: /g)).toHaveLength(2);
  expect(advice).toMatch(/Missing: MSVCP140\.dll, of Microsoft's Visual C\+\+ runtime\..*aka\.ms/);
  for (const name of ["MSVCP140.dll", "VCRUNTIME140.dll"]) await writeFile(join(folder, name), "");
  expect(systemAdvice("", files, { ...LINUX, platform: "win32" })).toMatch(/^Reinstall/);
});
