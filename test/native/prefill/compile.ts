import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const ROOT = path.join(import.meta.dirname, "../../..");
const SOURCES = path.join(ROOT, "native/prefill");
const HEADERS = path.join(ROOT, "build/llama.cpp/headers");
const AVX512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-w"];
/** The processor's kernels, as CMakeLists.txt compiles them. */
const { definition, instructions } = kernelsOf(process.arch);
/** The operations, with all kernels. */
export const OPERATIONS = [
  "matmul",
  "inputs",
  "row_source",
  "attention",
  "attention_products",
  "attention_floats",
  "attention_parts",
  "mask",
  "gelu",
  "cpu",
  ...Object.keys(instructions),
];

function kernelsOf(processor: string): {
  definition: string;
  instructions: Readonly<Record<string, readonly string[]>>;
} {
  if (processor === "arm64")
    return { definition: "-DLLAMA_REWARD_NEON_KERNELS", instructions: { kernels_neon: ["-O3"] } };
  return {
    definition: "-DLLAMA_REWARD_X86_KERNELS",
    instructions: {
      kernels_avx2: ["-mavx2", "-mfma", "-mf16c"],
      kernels_avx512: AVX512,
      kernels_avx512bf16: [...AVX512, "-mavx512bf16"],
      kernels_amx: [...AVX512, "-mavx512bf16"],
    },
  };
}

/** Runs a program that was compiled here, by the emulator where `npm run test:arm64` names one. */
export async function run(program: string, args: readonly string[]): Promise<{ stdout: string }> {
  const emulator = process.env["LLAMA_REWARD_EMULATOR"];
  return emulator === undefined ? start(program, args) : start(emulator, [program, ...args]);
}

/** Without what `npm run test:sanitize` preloads into Node: the compiler is not under test, and a program brings its own. */
async function start(program: string, args: readonly string[]): Promise<{ stdout: string }> {
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
    ...["-std=c++17", "-O2", definition],
    ...["include", "ggml/include", "ggml/src"].map((part) => `-I${path.join(HEADERS, part)}`),
    ...(process.env["PREFILL_FLAGS"] ?? "").split(" ").filter((flag) => flag !== ""),
  ];
  const sources = files.map((file) => ({
    source: path.join(SOURCES, `${file}.cc`),
    own: instructions[file] ?? [],
  }));
  sources.push({ source: path.join(import.meta.dirname, `${name}.cc`), own: [] });
  const objects = sources.map((_, index) => path.join(folder, `${index}.o`));
  const compiler = process.env["CXX"] ?? "c++";
  for (const [index, { source, own }] of sources.entries()) {
    await start(compiler, [...flags, ...own, "-c", source, "-o", objects[index] ?? ""]);
  }
  const program = path.join(folder, name);
  await start(compiler, [...flags, ...objects, "-o", program, "-ldl", "-lpthread"]);
  return program;
}

/** There are kernels for the processor, and the programs open a library the way Linux does. */
export const canRun = ["x64", "arm64"].includes(process.arch) && process.platform === "linux";
