import { cpus } from "node:os";
import type { BenchOptions, SuiteName } from "../lib/cli/arguments/bench-options.js";
import { physicalCores } from "../lib/score/backbone/threads.js";
import { loadAddonDetails } from "../lib/score/native/binding.js";
import type { BenchLine } from "./lines.js";
import { measureAccuracy } from "./suites/accuracy.js";
import { measureBatches } from "./suites/batches.js";
import { measureClients } from "./suites/clients.js";
import { measureEngines } from "./suites/engines.js";
import { measureEval } from "./suites/eval.js";
import { measureFootprint } from "./suites/footprint.js";
import { measureHeads } from "./suites/heads.js";
import { measureHost } from "./suites/host.js";
import { measurePeers } from "./suites/peers.js";
import { measureStartup } from "./suites/startup.js";
import { measureStreams } from "./suites/stream.js";
import { measureTypes } from "./suites/types.js";

/** What every measurement gets. */
export interface BenchContext extends Omit<BenchOptions, "suite" | "threads" | "runs"> {
  threads: number;
  runs: number;
  /** Hands out a line as soon as it is known. */
  emit: (line: BenchLine) => void;
  /** For people: what is being prepared, what is missing. */
  note: (text: string) => void;
}

/** Measurements by name. */
const SUITES = {
  peers: measurePeers,
  types: measureTypes,
  heads: measureHeads,
  stream: measureStreams,
  eval: measureEval,
  host: measureHost,
  clients: measureClients,
  batches: measureBatches,
  engines: measureEngines,
  accuracy: measureAccuracy,
  footprint: measureFootprint,
  startup: measureStartup,
} as const satisfies Record<SuiteName, (context: BenchContext) => Promise<void>>;

/** Rounds when nothing else is asked for. */
const DEFAULT_RUNS = 5;

/** Measures, and hands out each line as it is known, the one about the machine first. */
export async function runBench(
  { suite, threads = physicalCores(), runs = DEFAULT_RUNS, ...options }: BenchOptions,
  emit: BenchContext["emit"],
  note: BenchContext["note"],
): Promise<void> {
  emit({
    workload: "machine",
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    threads,
    device: options.device,
    type: options.type,
    llamaCpp: loadAddonDetails().backend.version,
    node: process.version,
  });
  await SUITES[suite]({ ...options, threads, runs, emit, note });
}
