import path from "node:path";
import type { BackboneType } from "../../lib/model/architecture/backbone-type.js";
import type { InstructionSet } from "../../lib/cli/arguments/bench-options.js";
import type { AccuracySetting } from "../accuracy/settings.js";
import type { LoadOptions } from "../../lib/model/load-options.js";
import { REPOSITORY } from "../repository.js";
import { limitedEnv } from "./instructions.js";

/** Scripts of the engines that are written in Python. */
const PYTHON = path.join(REPOSITORY, "bench/python");

/** What scores conversations: this project with its own kernels, exact and fast, or llama.cpp's, or what a user would run instead. */
export const ENGINE_NAMES = [
  "llama-reward",
  "llama-reward-fast",
  "llama.cpp-kernels",
  "vllm-bfloat16",
  "vllm-float32",
  "transformers-bfloat16",
  "transformers-float32",
] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** The exact one: its rewards are what all others' are compared with. */
export const REFERENCE: EngineName = "transformers-float32";

/** How this project is loaded where it is the engine. */
const OWN: Partial<Record<EngineName, Pick<LoadOptions, "prefill" | "precision">>> = {
  "llama-reward": { prefill: "auto" },
  "llama-reward-fast": { prefill: "auto", precision: "fast" },
  "llama.cpp-kernels": { prefill: "off" },
};

/** What engines are started with. */
export interface EngineSetup {
  /** Folder in Hugging Face's form. */
  checkpoint: string;
  /** The same converted, with a backbone of `type`. */
  modelDir: string;
  type: BackboneType;
  threads: number;
  instructions: InstructionSet;
  /** How our own side loads the model, where that is not what the engine's name says. */
  load?: AccuracySetting["load"];
  /** How many conversations our own side scores once more, each by itself. */
  alone?: number;
}

/** Interpreters with the libraries of the two that are written in Python. */
export type Interpreters = Readonly<Record<"vllm" | "transformers", string>>;

/** A process to be started; it speaks JSON lines as `bench/python/serve_lines.py` says. */
export interface EngineCommand {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** How an engine's process is started. Models are loaded once, but our own: see `our-host.ts`. */
export function commandOf(
  name: EngineName,
  setup: EngineSetup,
  interpreters: Partial<Interpreters>,
): EngineCommand {
  const { checkpoint, threads, instructions } = setup;
  const env = { ...limitedEnv(instructions), HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: `${threads}` };
  const own = OWN[name];
  if (own !== undefined) {
    const load = { device: "cpu", ...own, ...setup.load };
    const args = [path.join(import.meta.dirname, "our-host.js"), JSON.stringify({ ...setup, load })];
    return { file: process.execPath, args, env };
  }
  const [library, dtype] = name.split("-") as ["vllm" | "transformers", string];
  const file = interpreters[library];
  if (file === undefined) throw new Error(`there is no Python with ${library}`);
  const args = [path.join(PYTHON, `${library}_engine.py`), checkpoint, dtype, `${threads}`];
  return { file, args: library === "vllm" ? [...args, instructions] : args, env };
}
