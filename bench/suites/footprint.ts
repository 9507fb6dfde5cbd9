import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { median } from "simple-statistics";
import { loadAddonDetails } from "../../lib/score/native/binding.js";
import { prepareBenchModel } from "../bench-model.js";
import { findEngineModel, prepareEngineModel, prepareInterpreters } from "../engines/prepare.js";
import type { Footprint, FootprintSetup } from "../footprint/footprint.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B } from "../shape.js";

const HOST = path.join(import.meta.dirname, "../footprint/host.js");
const PEER = "llama.cpp's kernels";

/**
 * Load time and memory of a model with our own kernels and with llama.cpp's, each in a new process that loads it and scores two pairs,
 * in turns; and how large the addon is. On the small model with trained weights and on the shape of a 1B.
 */
export async function measureFootprint(context: BenchContext): Promise<void> {
  const { file } = loadAddonDetails();
  context.emit({ workload: "addon", metric: "bytes", ours: (await stat(file)).size });
  const models = [
    { shape: "smollm2", prepare: () => prepareSmall(context) },
    {
      shape: SHAPE_1B.name,
      prepare: async () => (await prepareBenchModel(SHAPE_1B, context.type, context)).directory,
    },
  ];
  for (const { shape, prepare } of context.isQuick ? models.slice(0, 1) : models)
    await compare(shape, await prepare(), context);
}

async function prepareSmall(context: BenchContext): Promise<string> {
  const found = await findEngineModel("smollm2", context.type, context);
  if (found !== undefined) return found;
  const { transformers } = await prepareInterpreters(context, ["transformers"]);
  if (transformers === undefined)
    throw new Error("without transformers there is no trained model: it makes it");
  return (await prepareEngineModel("smollm2", context.type, transformers, context)).modelDir;
}

async function compare(shape: string, modelDir: string, context: BenchContext): Promise<void> {
  const runs: Record<FootprintSetup["prefill"], Footprint[]> = { auto: [], off: [] };
  // The first round brings the file into the system's cache.
  for (let round = 0; round <= context.runs; round++) {
    for (const prefill of ["auto", "off"] as const) {
      const footprint = await measure({ modelDir, threads: context.threads, prefill }, context.signal);
      if (round > 0) runs[prefill].push(footprint);
    }
  }
  const backboneBytes = await largestFile(modelDir);
  const figures: readonly { workload: string; metric: string; of: (run: Footprint) => number }[] = [
    { workload: "load", metric: "seconds", of: (run) => run.loadSeconds },
    { workload: "score", metric: "seconds", of: (run) => run.scoreSeconds },
    { workload: "peak when loaded", metric: "bytes", of: (run) => run.loadedPeakBytes },
    { workload: "peak", metric: "bytes", of: (run) => run.peakBytes },
    { workload: "beside files", metric: "bytes", of: (run) => run.anonymousBytes ?? NaN },
  ];
  for (const { workload, metric, of } of figures) {
    const [ours, theirs] = [runs.auto.map(of), runs.off.map(of)];
    context.emit({
      ...{ workload, metric, shape, peer: PEER, runs: context.runs },
      ours: median(ours),
      theirs: median(theirs),
      ratio: median(ours.map((own, round) => own / (theirs[round] ?? NaN))),
      details: { backboneBytes },
    });
  }
}

async function measure(setup: FootprintSetup, signal: AbortSignal): Promise<Footprint> {
  const { stdout } = await promisify(execFile)(process.execPath, [HOST, JSON.stringify(setup)], { signal });
  return JSON.parse(stdout) as Footprint;
}

async function largestFile(folder: string): Promise<number> {
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(folder, file))).size));
  return Math.max(...sizes);
}
