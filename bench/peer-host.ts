/**
 * Child process that holds one peer: two copies of llama.cpp in one process would share symbols and thread pools. Started
 * with the peer's name and its options as JSON; times each request inside the child, so that messages do not count.
 */
import "../lib/util/small-heap.js";
import { isMainThread } from "node:worker_threads";
import { peakMemoryBytes, resetPeakMemory } from "./memory.js";
import type { Peer, PeerName, PeerOptions, PeerReply, PeerRequest } from "./peer.js";

const STARTERS: Record<PeerName, (options: PeerOptions) => Promise<Peer>> = {
  "llama-reward": async (options) => (await import("./peers/llama-reward.js")).start(options),
  "cold-score": async (options) => (await import("./peers/llama-reward.js")).start(options),
  "bare-llama-decode": async (options) => (await import("./peers/plain-decode.js")).start(options, "bare"),
  "llama-embeddings": async (options) =>
    (await import("./peers/plain-decode.js")).start(options, "embeddings"),
  "node-llama-cpp": async (options) => (await import("./peers/node-llama-cpp.js")).start(options),
  transformers: async (options) => (await import("./peers/transformers.js")).start(options),
};

async function main(): Promise<void> {
  const [name, json] = process.argv.slice(2) as [PeerName, string];
  let peer: Peer;
  try {
    peer = await STARTERS[name](JSON.parse(json) as PeerOptions);
  } catch (error) {
    reply({ kind: "unavailable", reason: error instanceof Error ? error.message : String(error) });
    process.disconnect();
    return;
  }
  process.on("message", (request: PeerRequest) => {
    void answer(peer, request);
  });
  process.once("disconnect", () => {
    void peer.dispose();
  });
  reply({ kind: "ready" });
}

async function answer(peer: Peer, { resetsPeak, warmUp, candidates }: PeerRequest): Promise<void> {
  try {
    if (resetsPeak) resetPeakMemory();
    if (warmUp.length > 0) await peer.run(warmUp);
    const started = performance.now();
    const ownSeconds = await peer.run(candidates);
    const seconds = ownSeconds ?? (performance.now() - started) / 1000;
    reply({ kind: "done", seconds, peakBytes: peakMemoryBytes() });
  } catch (error) {
    reply({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
}

function reply(message: PeerReply): void {
  process.send?.(message);
}

if (isMainThread && process.send !== undefined) await main();
