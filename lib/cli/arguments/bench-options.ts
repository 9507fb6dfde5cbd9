import type { BackboneType } from "../../model/architecture/backbone-type.js";

/** What can be measured. The suites are in the repository's `bench/`. */
export const SUITE_NAMES = [
  "peers",
  "types",
  "heads",
  "stream",
  "eval",
  "host",
  "clients",
  "batches",
  "engines",
  "accuracy",
  "footprint",
  "startup",
] as const;
export type SuiteName = (typeof SUITE_NAMES)[number];

/** Instruction sets that all engines can be held to. `native`: whatever the processor has, AMX and bfloat16 included. */
export const INSTRUCTION_SETS = ["native", "avx512", "avx2"] as const;
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

export const DEVICES = ["cpu", "cuda", "metal", "vulkan"] as const;

/** What the benchmark is asked to measure. */
export interface BenchOptions {
  suite: SuiteName;
  isQuick: boolean;
  type: BackboneType;
  device: (typeof DEVICES)[number];
  threads?: number | undefined;
  /** Timed rounds. Five unless told. */
  runs?: number | undefined;
  /** Folder for the random models. */
  directory?: string | undefined;
  /** Only workloads whose name contains this. */
  only?: string | undefined;
  /** Hugging Face transformers among the peers on a CPU, too. */
  withTransformers: boolean;
  /** Of which environments for peers written in Python are made. */
  python: string;
  /** What all engines are held to, one set after the other. */
  instructions: readonly InstructionSet[];
  /** Ends the measurement between two turns. */
  signal: AbortSignal;
}
