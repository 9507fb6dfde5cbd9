import { spawn } from "node:child_process";
import { once } from "node:events";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import type { BackboneType } from "../../lib/model/architecture/backbone-type.js";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { exists } from "../../lib/util/files/optional-file.js";
import { DEFAULT_BENCH_DIR } from "../bench-model.js";
import { REPOSITORY } from "../repository.js";
import type { Interpreters } from "./engine.js";
import { PAIRS_FILE } from "./real-workload.js";

/** Models of the comparison: small with real trained weights, and one of a usual size. */
export const ENGINE_MODELS = ["smollm2", "1B"] as const;
export type EngineModel = (typeof ENGINE_MODELS)[number];

/** Where things lie between runs, and whom to tell that they take their time. */
export interface PrepareOptions {
  directory?: string | undefined;
  /** Of which the environments are made. */
  python: string;
  note: (text: string) => void;
  signal: AbortSignal;
}

const LIBRARIES = ["transformers", "vllm"] as const;

/** A virtual environment for each library, made once; what cannot be installed is told and left out. */
export async function prepareInterpreters(
  options: PrepareOptions,
  libraries: readonly (keyof Interpreters)[] = LIBRARIES,
): Promise<Partial<Interpreters>> {
  const found: Partial<Record<keyof Interpreters, string>> = {};
  const script = path.join(REPOSITORY, "scripts/python/venv.mjs");
  for (const library of libraries) {
    const requirements = path.join(REPOSITORY, `bench/python/requirements-${library}.txt`);
    options.note(`a Python environment with ${library}, made on the first run`);
    try {
      const args = [script, requirements, path.join(rootOf(options), "python"), "--python", options.python];
      found[library] = await output(process.execPath, args, options.signal);
    } catch (error) {
      options.signal.throwIfAborted();
      options.note(`${library} is not compared: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return found;
}

/** Where an earlier run left a model's conversion, or undefined. */
export async function findEngineModel(
  model: EngineModel,
  type: BackboneType,
  options: Pick<PrepareOptions, "directory">,
): Promise<string | undefined> {
  const modelDir = modelDirOf(model, type, options);
  return (await exists(modelDir)) ? modelDir : undefined;
}

/** The checkpoint and our conversion of it, or those of an earlier run. */
export async function prepareEngineModel(
  model: EngineModel,
  type: BackboneType,
  python: string,
  options: PrepareOptions,
): Promise<{ checkpoint: string; modelDir: string }> {
  const root = rootOf(options);
  const checkpoint = checkpointOf(model, options);
  if (!(await exists(checkpoint))) {
    options.note(`making the checkpoint ${model}`);
    const unfinished = `${checkpoint}.part`;
    await rm(unfinished, { recursive: true, force: true });
    const script = path.join(REPOSITORY, "bench/python/make_model.py");
    await output(python, [script, model, root, PAIRS_FILE, unfinished], options.signal);
    await rename(unfinished, checkpoint);
  }
  const modelDir = modelDirOf(model, type, options);
  if (!(await exists(modelDir)))
    await convertCheckpoint(checkpoint, modelDir, { type, signal: options.signal });
  return { checkpoint, modelDir };
}

function checkpointOf(model: EngineModel, options: Pick<PrepareOptions, "directory">): string {
  return path.join(rootOf(options), `${model}-classifier`);
}

function modelDirOf(
  model: EngineModel,
  type: BackboneType,
  options: Pick<PrepareOptions, "directory">,
): string {
  return `${checkpointOf(model, options)}-${type}`;
}

function rootOf({ directory }: Pick<PrepareOptions, "directory">): string {
  return path.resolve(directory ?? DEFAULT_BENCH_DIR);
}

/** What a program prints. @throws Error with what it said, when it fails */
async function output(file: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], signal });
  let printed = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`${path.basename(args[0] ?? file)} failed: ${said.trim()}`);
  return printed.trim();
}
