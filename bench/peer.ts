import type { BackboneShape } from "./shape.js";

/** How a peer is set up. Every peer gets the same file, threads and types. */
export interface PeerOptions {
  modelPath: string;
  shape: BackboneShape;
  threads: number;
  contextLength: number;
  kvType: "f32" | "f16";
  device: "cpu" | "cuda" | "metal" | "vulkan";
  /** Most tokens of one decode, for this project only; peers use what they use. */
  maxBatch?: number | undefined;
}

/** A way to score token lists, as one process. */
export interface Peer {
  /**
   * Gives every candidate its hidden state (or reward): what a user of that tool would wait for.
   * @returns seconds, from a peer that times itself; the others' calls are timed
   */
  run(candidates: readonly Int32Array[]): Promise<number | undefined>;
  dispose(): Promise<void>;
}

/** Peers by the names that the results use. `cold-score` is this project without anything cached. */
export const PEER_NAMES = [
  "llama-reward",
  "cold-score",
  "bare-llama-decode",
  "llama-embeddings",
  "node-llama-cpp",
  "transformers",
] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** Parent to child. */
export interface PeerRequest {
  /** Forgets the peak memory of what ran before. */
  resetsPeak: boolean;
  warmUp: Int32Array[];
  candidates: Int32Array[];
}

/** What one timed run took. */
export interface PeerRun {
  seconds: number;
  /** Largest resident size of the peer's process since the last `resetsPeak`. */
  peakBytes: number;
}

/** Child to parent. */
export type PeerReply =
  | { kind: "ready" }
  | { kind: "unavailable"; reason: string }
  | ({ kind: "done" } & PeerRun)
  | { kind: "failed"; reason: string };
