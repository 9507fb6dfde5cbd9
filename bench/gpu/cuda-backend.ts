// ggml's CUDA backend for the chip that is here, from the sources in the bundle: minutes, where all chips would take an hour. Everything
// else of llama.cpp is the published CPU package of the same release.

import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { output } from "./machine.js";
import type { Steps } from "./steps.js";

/** Where the parts of CUDA are: files, and the folder of its headers. */
export interface CudaParts {
  headers: string;
  cublas: string;
  cublasLt: string;
  runtime: string;
  driver: string;
}

/**
 * Where CUDA's parts are on a machine: its toolkit, or the wheels that PyTorch brings.
 * @param roots folders to search, the better ones first
 * @param major version of nvcc; libraries of another do not go with it
 */
export function findCuda(roots: readonly string[], major: number): Partial<CudaParts> {
  const first = (...names: string[]): string | undefined => {
    for (const name of names) {
      for (const root of roots) {
        const found = filesNamed(root, name)[0];
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };
  const header = first("cublas_v2.h");
  const parts: Record<keyof CudaParts, string | undefined> = {
    headers: header === undefined ? undefined : path.dirname(header),
    cublas: first(`libcublas.so.${major}`),
    cublasLt: first(`libcublasLt.so.${major}`),
    runtime: first(`libcudart.so.${major}`),
    driver: first("libcuda.so.1"),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, file]) => file !== undefined));
}

/** Files of a name below a folder, to a depth at which CUDA's and Python's packages have theirs. */
function filesNamed(root: string, name: string, depth = 6): string[] {
  let entries;
  try {
    entries = readdirSync(root, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const file = path.join(root, entry.name);
    if (entry.name === name) return [file];
    return entry.isDirectory() && depth > 0 ? filesNamed(file, name, depth - 1) : [];
  });
}

/** What of CUDA is here. @throws Error saying what was found where something is missing */
function requireCuda(): CudaParts & { nvcc: string; chip: string } {
  const installed = readdirSync("/usr/local").filter((name) => name.startsWith("cuda"));
  const toolkits = installed.toSorted().map((name) => path.join("/usr/local", name));
  const compilers = toolkits.map((folder) => path.join(folder, "bin", "nvcc"));
  const nvcc = output("sh", ["-c", "command -v nvcc"]) ?? compilers.find((file) => existsSync(file));
  if (nvcc === undefined) throw new Error("CUDA's compiler (nvcc) is missing.");
  const major = Number(/release (\d+)\./.exec(output(nvcc, ["--version"]) ?? "")?.[1]);
  const capability = output("nvidia-smi", ["--query-gpu=compute_cap", "--format=csv,noheader"]);
  const chip = capability?.split("\n")[0]?.replace(".", "");
  const site = output("python3", ["-c", 'import sysconfig; print(sysconfig.get_paths()["purelib"])']);
  const wheels = site === undefined ? [] : [path.join(site, "nvidia")];
  const drivers = ["/usr/local/nvidia", "/usr/lib/x86_64-linux-gnu", "/usr/lib64"];
  const cuda = findCuda([...toolkits, ...wheels, ...drivers], major);
  const { headers, cublas, cublasLt, runtime, driver } = cuda;
  if (!headers || !cublas || !cublasLt || !runtime || !driver || chip === undefined)
    throw new Error(
      `Of CUDA ${major} not all is here. Chip ${chip ?? "unknown"}, found: ${JSON.stringify(cuda)}.`,
    );
  return { nvcc, chip, headers, cublas, cublasLt, runtime, driver };
}

/** Where to build. */
export interface CudaBuild {
  /** Folder that holds `ggml`. */
  sources: string;
  work: string;
  /** The `node_modules` that gets the backend's package. */
  packages: string;
  limitSeconds: number;
}

/**
 * Builds the backend, and puts it beside the base package as a package of its own.
 * @returns what `LD_LIBRARY_PATH` needs; undefined when it was not built
 * @throws Error CUDA's compiler, or another part of it, is missing
 */
export async function buildCudaBackend(
  steps: Steps,
  { sources, work, packages, limitSeconds }: CudaBuild,
): Promise<string | undefined> {
  const cuda = requireCuda();
  console.error(JSON.stringify(cuda));
  const project = path.join(work, "cuda");
  const build = path.join(project, "build");
  mkdirSync(project, { recursive: true });
  // A project around ggml, which by itself looks for files of its own repository.
  const lines = [
    "cmake_minimum_required(VERSION 3.18)",
    "project(backend C CXX)",
    `add_subdirectory(${sources}/ggml ggml)`,
  ];
  writeFileSync(path.join(project, "CMakeLists.txt"), `${lines.join("\n")}\n`);
  const options = {
    CMAKE_BUILD_TYPE: "Release",
    BUILD_SHARED_LIBS: "ON",
    GGML_NATIVE: "OFF",
    GGML_BACKEND_DL: "ON",
    GGML_CPU: "OFF",
    GGML_OPENMP: "OFF",
    GGML_CUDA: "ON",
    GGML_CUDA_NCCL: "OFF",
    CMAKE_CUDA_ARCHITECTURES: `${cuda.chip}-real`,
    CMAKE_CUDA_COMPILER: cuda.nvcc,
    CUDA_cublas_LIBRARY: cuda.cublas,
    CUDA_cublasLt_LIBRARY: cuda.cublasLt,
    CUDA_cuda_driver_LIBRARY: cuda.driver,
    CMAKE_CUDA_FLAGS: `-isystem ${cuda.headers}`,
    CMAKE_CXX_FLAGS: `-isystem ${cuda.headers}`,
  };
  const definitions = Object.entries(options).map(([name, value]) => `-D${name}=${value}`);
  const configure = ["cmake", "-G", "Ninja", "-S", project, "-B", build, ...definitions];
  const compile = ["ninja", "-C", build, "-j", String(os.availableParallelism()), "ggml-cuda"];
  const log = {
    onLine: (line: string): void => {
      console.error(line);
    },
  };
  if ((await steps.run("configure ggml's CUDA backend", 60, configure, log)).outcome !== "done")
    return undefined;
  if ((await steps.run("build it", limitSeconds, compile, log)).outcome !== "done") return undefined;
  const library = filesNamed(build, "libggml-cuda.so")[0];
  if (library === undefined) return undefined;
  install(library, packages);
  return [
    ...new Set([cuda.cublas, cuda.cublasLt, cuda.runtime, cuda.driver].map((file) => path.dirname(file))),
  ].join(":");
}

/** As a GPU package of the base package's release, which is where the addon looks for one. */
function install(library: string, packages: string): void {
  const base = path.join(packages, "@node-llama-cpp", "linux-x64");
  const { version } = JSON.parse(readFileSync(path.join(base, "package.json"), "utf8")) as {
    version: string;
  };
  const own = `${base}-cuda`;
  const bins = path.join(own, "bins", "linux-x64-cuda");
  mkdirSync(bins, { recursive: true });
  cpSync(library, path.join(bins, path.basename(library)));
  writeFileSync(path.join(own, "index.js"), "");
  const manifest = { name: "@node-llama-cpp/linux-x64-cuda", version, main: "index.js" };
  writeFileSync(path.join(own, "package.json"), JSON.stringify(manifest));
}
