/** Wrong llama.cpp libraries, each in a child process because llama.cpp starts once per process. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterAll, expect, it } from "vitest";

import { loadAddonDetails } from "../../lib/score/native/binding.js";
import type { NativeLibraries } from "../../lib/score/native/native-addon.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "llama-reward-libraries-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const { file, libraries } = loadAddonDetails();

function initialize(change: Partial<NativeLibraries>): unknown {
  const script = path.join(import.meta.dirname, "children", "initialize.mjs");
  const output = execFileSync(process.execPath, [script], {
    env: {
      ...process.env,
      LLAMA_REWARD_TEST: JSON.stringify({ file, libraries: { ...libraries, ...change } }),
    },
    encoding: "utf8",
  });
  return JSON.parse(output);
}

const message = (text: string): string => expect.stringContaining(text) as string;

it("the right libraries start", () => {
  expect(initialize({})).toMatchObject({ backends: expect.arrayContaining(["CPU"]) as string[] });
});

it("a library that is missing, or none at all", () => {
  const missing = path.join(folder, "libllama.so");
  expect(initialize({ llama: missing })).toEqual({ code: "ADDON_NOT_FOUND", message: message(missing) });
  const text = path.join(folder, "text.so");
  writeFileSync(text, "not a library");
  expect(initialize({ ggmlBase: text })).toEqual({ code: "ADDON_NOT_FOUND", message: message(text) });
});

it("another library under llama's name", () => {
  expect(initialize({ llama: libraries.ggmlBase })).toEqual({
    code: "ADDON_INCOMPATIBLE",
    message: message("has no function llama_version"),
  });
});

// Elsewhere a changed library no longer matches its signature, and does not open at all.
it.runIf(process.platform === "linux")("another version of llama.cpp is refused before it is used", () => {
  const { addon, backend } = loadAddonDetails();
  const bytes = readFileSync(libraries.llama);
  const other = backend.version.replace(/^\d/, "9");
  const position = bytes.indexOf(`\0${backend.version}\0`);
  expect(position).toBeGreaterThan(0);
  bytes.write(other, position + 1);
  const llama = path.join(folder, path.basename(libraries.llama));
  writeFileSync(llama, bytes);
  const answer = initialize({ llama });
  expect(answer).toEqual({ code: "ADDON_INCOMPATIBLE", message: message(other) });
  expect(answer).toEqual({ code: "ADDON_INCOMPATIBLE", message: message(addon.headerVersion) });
});

it("folders without a CPU backend", () => {
  expect(initialize({ backendDirectories: [folder] })).toEqual({
    code: "ADDON_NOT_FOUND",
    message: message("CPU backend"),
  });
});

it("a GPU backend that cannot be opened does not stop the CPU, and is reported", () => {
  const name = process.platform === "win32" ? "ggml-cuda.dll" : "libggml-cuda.so";
  const fallback = path.join(folder, "fallback");
  mkdirSync(fallback);
  for (const directory of [folder, fallback]) writeFileSync(path.join(directory, name), "not a library");
  expect(
    initialize({ backendDirectories: [...libraries.backendDirectories, folder, fallback] }),
  ).toMatchObject({
    backends: expect.arrayContaining(["CPU"]) as string[],
    failures: [message(path.join(folder, name)), message(path.join(fallback, name))],
  });
});

// What a machine without the CUDA runtime has: a backend library that opens but for one it needs.
it.runIf(process.platform === "linux")("a library that a GPU backend lacks is named", () => {
  const directory = path.join(folder, "cuda");
  mkdirSync(directory);
  const compile = (output: string, ...more: string[]): void => {
    const source = path.join(directory, "empty.cc");
    writeFileSync(source, "void nothing() {}\n");
    execFileSync("c++", ["-shared", "-fPIC", "-o", path.join(directory, output), source, ...more]);
  };
  compile("libmissing-runtime.so.13", "-Wl,-soname,libmissing-runtime.so.13");
  compile("libggml-cuda.so", "-Wl,--no-as-needed", path.join(directory, "libmissing-runtime.so.13"));
  rmSync(path.join(directory, "libmissing-runtime.so.13"));
  expect(initialize({ backendDirectories: [...libraries.backendDirectories, directory] })).toMatchObject({
    failures: [expect.stringMatching(/libggml-cuda\.so: .*libmissing-runtime\.so\.13/)],
  });
});
