import type { BackboneType } from "../convert/backbone-type.js";
import { cpus } from "node:os";
import { physicalCores } from "../backbone/threads.js";
import { loadAddonDetails } from "../native/binding.js";
import type { BenchLine } from "./lines.js";
import type { PeerOptions } from "./peer.js";
import { measureBatches } from "./suites/batches.js";
import { measureEval } from "./suites/eval.js";
import { measureHeads } from "./suites/heads.js";
import { measureHost } from "./suites/host.js";
import { measurePeers } from "./suites/peers.js";
import { measureStreams } from "./suites/stream.js";
import { measureTypes } from "./suites/types.js";

/** Options of `runBench`. */
export interface BenchOptions {
  suite: SuiteName;
  isQuick: boolean;
  type: BackboneType;
  device: PeerOptions["device"];
  threads?: number | undefined;
  /** Timed rounds. Five unless told. */
  runs?: number | undefined;
  /** Folder for the random models. */
  directory?: string | undefined;
  /** Only workloads whose name contains this. */
  only?: string | undefined;
  /** Hugging Face transformers among the peers on a CPU, too. */
  withTransformers: boolean;
  /** Ends the measurement between two turns. */
  signal: AbortSignal;
}

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
  batches: measureBatches,
} as const satisfies Record<string, (context: BenchContext) => Promise<void>>;

/** Which measurement. */
export type SuiteName = keyof typeof SUITES;
export const SUITE_NAMES = Object.keys(SUITES) as SuiteName[];

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
