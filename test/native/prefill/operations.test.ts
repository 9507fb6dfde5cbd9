import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLlamaLibraries } from "../../../lib/score/native/llama-libraries.js";

/** Without what `npm run test:sanitize` preloads into Node: the compiler is not under test, and the program brings its own. */
const run = async (program: string, args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(program, args, { env: { ...process.env, LD_PRELOAD: "" } });
const ROOT = path.join(import.meta.dirname, "../../..");
const SOURCES = path.join(ROOT, "native/prefill");
const HEADERS = path.join(ROOT, "build/llama.cpp/headers");
const AVX512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-w"];
/** As CMakeLists.txt compiles them. */
const INSTRUCTIONS: Readonly<Record<string, readonly string[]>> = {
  kernels_avx2: ["-mavx2", "-mfma", "-mf16c"],
  kernels_avx512: AVX512,
  kernels_avx512bf16: [...AVX512, "-mavx512bf16"],
  kernels_amx: [...AVX512, "-mavx512bf16"],
};
const FILES = ["matmul", "attention", "mask", "gelu", "cpu", ...Object.keys(INSTRUCTIONS)];
/** AMX's tiles in software, so that its kernels are compared on processors without. */
const EMULATED = `-DLLAMA_REWARD_TILES="${path.join(import.meta.dirname, "emulated_tiles.h")}"`;
/** Random cases of each operation; `PREFILL_CASES=10000` for a long run. */
const CASES = process.env["PREFILL_CASES"] ?? "300";

/** Compiles the operations with their program of comparisons; under sanitizers with `PREFILL_FLAGS`. */
async function compile(folder: string, options: readonly string[]): Promise<string> {
  const flags = [
    ...options,
    ...["-std=c++17", "-O2", "-DLLAMA_REWARD_X86_KERNELS"],
    ...["include", "ggml/include", "ggml/src"].map((part) => `-I${path.join(HEADERS, part)}`),
    ...(process.env["PREFILL_FLAGS"] ?? "").split(" ").filter((flag) => flag !== ""),
  ];
  const files = FILES.map((name) => ({
    source: path.join(SOURCES, `${name}.cc`),
    own: INSTRUCTIONS[name] ?? [],
  }));
  files.push({ source: path.join(import.meta.dirname, "operations.cc"), own: [] });
  const objects = files.map((_, index) => path.join(folder, `${index}.o`));
  const compiler = process.env["CXX"] ?? "c++";
  for (const [index, { source, own }] of files.entries()) {
    await run(compiler, [...flags, ...own, "-c", source, "-o", objects[index] ?? ""]);
  }
  const program = path.join(folder, "operations");
  await run(compiler, [...flags, ...objects, "-o", program, "-ldl", "-lpthread"]);
  return program;
}

/** Whether the processor has AMX itself. */
function hasTiles(): boolean {
  return readFileSync("/proc/cpuinfo", "utf8").includes("amx_bf16");
}

const BUILDS = [
  { name: "with AMX in software", options: [EMULATED], isPossible: true },
  { name: "with AMX itself", options: [], isPossible: process.platform === "linux" && hasTiles() },
];

// The kernels are x86-64's, and the program opens a library the way Linux does.
describe
  .skipIf(process.arch !== "x64" || process.platform !== "linux")
  .each(BUILDS.filter(({ isPossible }) => isPossible))(
  "operations of the prefill backend, $name",
  ({ options }) => {
    const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-operations-"));
    let program = "";
    beforeAll(async () => {
      program = await compile(folder, options);
    }, 300_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    // Reference: plain loops in double precision, in operations.cc, with the bounds and where they come from.
    it.for([
      ["avx2", "exact"],
      ["avx512", "exact"],
      ["avx512bf16", "fast"],
      ["amx", "exact"],
      ["amx", "fast"],
    ])(
      "equal double precision within rounding, by %s, %s",
      async ([kernels = "", precision = ""], { skip }) => {
        const { stdout } = await run(program, [
          findLlamaLibraries().ggmlBase,
          kernels,
          precision,
          CASES,
          "1",
        ]);
        const lines = stdout.trim().split("\n");
        skip(lines[0] === "unavailable", "this processor does not have them");
        expect(lines).toHaveLength(3);
        for (const line of lines) expect(line).toContain(`${CASES} cases`);
      },
      600_000,
    );
  },
);
