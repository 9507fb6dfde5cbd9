/**
 * The lines `bench` prints, one JSON object each. Speeds have the form that every peer has; what else was measured stands
 * in `details`.
 */

/** First line: what the others were measured on. */
export interface MachineLine {
  workload: "machine";
  cpu: string;
  cores: number;
  threads: number;
  device: string;
  type: string;
  llamaCpp: string;
  node: string;
}

/** A measured figure that has no peer. */
export interface Figure {
  workload: string;
  metric: string;
  ours: number;
  /** Name of the backbone's shape, where a backbone is involved. */
  shape?: string;
  /** Further figures of the same runs; units are in the names. Shares are fractions of the wall time. */
  details?: Readonly<Record<string, number>>;
}

/** Us beside one peer on one workload, from runs taken in turns. */
export interface BenchResult extends Figure {
  peer: string;
  /** Median rate of the peer. */
  theirs: number;
  /** Median of the ratios within each round, so that a machine that slows down slows both sides. */
  ratio: number;
  runs: number;
}

/** Peak memory of our own process during one workload, beside what the file and the KV cache need anyway. */
export interface MemoryLine {
  workload: "memory";
  metric: "bytes";
  shape: string;
  /** The workload that ran. */
  during: string;
  peak: number;
  backboneFile: number;
  kvCache: number;
  other: number;
}

/** A line of results. */
export type BenchLine = MachineLine | MemoryLine | BenchResult | Figure;
