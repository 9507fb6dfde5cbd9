import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

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
/** The operations, with all kernels. */
export const OPERATIONS = [
  "matmul",
  "attention",
  "attention_products",
  "attention_floats",
  "attention_parts",
  "mask",
  "gelu",
  "cpu",
  ...Object.keys(INSTRUCTIONS),
];

/** Runs a program without what `npm run test:sanitize` preloads into Node: the compiler is not under test, and a program brings its own. */
export async function run(program: string, args: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(program, args, { env: { ...process.env, LD_PRELOAD: "" } });
}

/**
 * Compiles the backend's files with a program of this folder; under sanitizers with `PREFILL_FLAGS`.
 * @param files of the backend, by name
 * @returns the program
 */
export async function compile(
  folder: string,
  name: string,
  options: readonly string[] = [],
  files: readonly string[] = OPERATIONS,
): Promise<string> {
  const flags = [
    ...options,
    ...["-std=c++17", "-O2", "-DLLAMA_REWARD_X86_KERNELS"],
    ...["include", "ggml/include", "ggml/src"].map((part) => `-I${path.join(HEADERS, part)}`),
    ...(process.env["PREFILL_FLAGS"] ?? "").split(" ").filter((flag) => flag !== ""),
  ];
  const sources = files.map((file) => ({
    source: path.join(SOURCES, `${file}.cc`),
    own: INSTRUCTIONS[file] ?? [],
  }));
  sources.push({ source: path.join(import.meta.dirname, `${name}.cc`), own: [] });
  const objects = sources.map((_, index) => path.join(folder, `${index}.o`));
  const compiler = process.env["CXX"] ?? "c++";
  for (const [index, { source, own }] of sources.entries()) {
    await run(compiler, [...flags, ...own, "-c", source, "-o", objects[index] ?? ""]);
  }
  const program = path.join(folder, name);
  await run(compiler, [...flags, ...objects, "-o", program, "-ldl", "-lpthread"]);
  return program;
}

/** The kernels are x86-64's, and the programs open a library the way Linux does. */
export const canRun = process.arch === "x64" && process.platform === "linux";
