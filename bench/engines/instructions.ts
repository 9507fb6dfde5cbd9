import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { InstructionSet } from "../../lib/cli/arguments/bench-options.js";
import { findLlamaLibraries } from "../../lib/score/native/llama-libraries.js";
import type { NativeAddon } from "../../lib/score/native/native-addon.js";
import { DEFAULT_BENCH_DIR } from "../bench-model.js";
import { REPOSITORY } from "../repository.js";

/** The one that a clone builds. */
const ADDON = path.join(REPOSITORY, "build/Release/llama-reward.node");

interface Limit {
  /** Read by the addon's own kernels, and by PyTorch's three sources of kernels: MKL, oneDNN and ATen. */
  env: Readonly<Record<string, string>>;
  /** The one CPU library of llama.cpp that is left to be loaded, for the operations that are its own. */
  llamaCpu?: string;
}

const LIMITS: Readonly<Record<InstructionSet, Limit>> = {
  native: { env: {} },
  avx512: {
    env: {
      LLAMA_REWARD_PREFILL: "avx512",
      MKL_ENABLE_INSTRUCTIONS: "AVX512",
      ONEDNN_MAX_CPU_ISA: "AVX512_CORE",
      ATEN_CPU_CAPABILITY: "avx512",
    },
    llamaCpu: "skylakex",
  },
  avx2: {
    env: {
      LLAMA_REWARD_PREFILL: "avx2",
      MKL_ENABLE_INSTRUCTIONS: "AVX2",
      ONEDNN_MAX_CPU_ISA: "AVX2",
      ATEN_CPU_CAPABILITY: "avx2",
    },
    llamaCpu: "haswell",
  },
};

/** The environment of a process that keeps to an instruction set. */
export function limitedEnv(instructions: InstructionSet): NodeJS.ProcessEnv {
  return { ...process.env, ...LIMITS[instructions].env };
}

/**
 * Keeps llama.cpp in this process to an instruction set: its loader takes the best `libggml-cpu-*` of a folder, so it gets a folder
 * with one. To be called before anything is loaded.
 * @throws Error llama.cpp has no library for that instruction set here
 */
export async function limitLlamaCpp(instructions: InstructionSet): Promise<void> {
  const wanted = LIMITS[instructions].llamaCpu;
  if (wanted === undefined) return;
  const libraries = path.dirname(findLlamaLibraries().ggml);
  const name = (await readdir(libraries)).find((file) => file.includes(`ggml-cpu-${wanted}.`));
  if (name === undefined) throw new Error(`llama.cpp has no CPU library "${wanted}" in ${libraries}`);
  const folder = path.join(DEFAULT_BENCH_DIR, `llama.cpp-${wanted}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await symlink(path.join(libraries, name), path.join(folder, name));
  // Node keeps one copy of an addon's exports, so whoever loads it next starts llama.cpp through this function.
  const addon = createRequire(import.meta.url)(ADDON) as NativeAddon;
  const initialize = addon.initialize.bind(addon);
  addon.initialize = (found) => initialize({ ...found, backendDirectories: [folder] });
}
