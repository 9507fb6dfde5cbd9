import type { BenchResult } from "./lines.js";
import type { PeerName, PeerOptions } from "./peer.js";
import { PeerProcess } from "./peer-process.js";
import { pairedResult, takeTurns, type Side } from "./rounds.js";
import { randomTokens, type Workload } from "./workload.js";

/**
 * A peer that gets only the first so many candidates. Fair for one that scores them one by one and keeps nothing in
 * between: its rate does not depend on how many there are.
 */
export interface SampledPeer {
  name: PeerName;
  candidates: number;
}

/** A workload and the peers it is compared with. */
export interface Comparison {
  workload: Workload;
  peers: readonly (PeerName | SampledPeer)[];
}

/** Outcome of one workload. */
export interface WorkloadReport {
  workload: string;
  /** One per peer that could be started. */
  results: BenchResult[];
  /** Largest resident size of our process during the workload. */
  peakBytes: number;
}

/** How the rounds are run. */
export interface ComparisonOptions {
  peer: PeerOptions;
  shape: { name: string; vocabSize: number };
  runs: number;
  signal: AbortSignal;
  /** Told of peers that could not be started, and why. */
  onUnavailable: (name: PeerName, reason: string) => void;
}

/** Tokens that each process computes before anything counts. */
const WARM_UP_TOKENS = 64;

/**
 * Runs every workload on us and on each peer in turns. All processes stay alive with the model loaded; only one computes
 * at a time. On a GPU every workload has a round that does not count (kernels are prepared per size); on a CPU a
 * short warm-up of each process is enough, and full ones would take minutes.
 */
export async function* comparePeers(
  comparisons: readonly Comparison[],
  options: ComparisonOptions,
): AsyncGenerator<WorkloadReport, void, undefined> {
  const names = comparisons.flatMap(({ peers }) => peers.map((peer) => sampled(peer).name));
  const processes = new Map<PeerName, PeerProcess>();
  const warmUp = randomTokens(1, options.shape.vocabSize)(WARM_UP_TOKENS);
  try {
    for (const name of new Set<PeerName>(["llama-reward", ...names])) {
      const started = await PeerProcess.start(name, options.peer);
      if ("peer" in started) {
        processes.set(name, started.peer);
        await started.peer.run({ resetsPeak: false, warmUp: [], candidates: [warmUp] });
      } else if (name === "llama-reward") throw new Error(started.unavailable);
      else options.onUnavailable(name, started.unavailable);
    }
    for (const comparison of comparisons) yield await compare(comparison, processes, options);
  } finally {
    await Promise.all([...processes.values()].map((peer) => peer.stop()));
  }
}

async function compare(
  { workload, peers }: Comparison,
  processes: ReadonlyMap<PeerName, PeerProcess>,
  { peer, shape, runs, signal }: ComparisonOptions,
): Promise<WorkloadReport> {
  const present = peers.map(sampled).filter(({ name }) => processes.has(name));
  let peakBytes = 0;
  const sides = [{ name: "llama-reward" as const, candidates: Infinity }, ...present].map(
    ({ name, candidates: most }): Side => ({
      run: async (round) => {
        // The same seed gives every peer of a round the same tokens.
        const random = randomTokens(round * 7919 + workload.name.length, shape.vocabSize);
        const warm = workload.warmUp?.(random) ?? [];
        const candidates = workload.candidates(random, warm).slice(0, most);
        const isOurs = name === "llama-reward";
        const run = await processes.get(name)?.run({
          resetsPeak: isOurs && peakBytes === 0,
          // Only our own cache outlives a call: for a peer the warm-up would be time spent for nothing.
          warmUp: isOurs ? warm : [],
          candidates,
        });
        if (isOurs) peakBytes = run?.peakBytes ?? 0;
        return amount(workload, candidates) / (run?.seconds ?? NaN);
      },
    }),
  );
  const [own, ...theirs] = await takeTurns(sides, { runs, signal }, peer.device === "cpu" ? 0 : 1);
  const results = present.map(({ name, candidates }, index) => {
    const details = Number.isFinite(candidates) ? { details: { peerCandidates: candidates } } : {};
    const what = { workload: workload.name, metric: workload.metric, peer: name, shape: shape.name };
    return pairedResult({ ...what, ...details }, own, theirs[index]);
  });
  return { workload: workload.name, results, peakBytes };
}

function sampled(peer: PeerName | SampledPeer): SampledPeer {
  return typeof peer === "string" ? { name: peer, candidates: Infinity } : peer;
}

function amount(workload: Workload, candidates: readonly Int32Array[]): number {
  return workload.metric === "candidates/s"
    ? candidates.length
    : candidates.reduce((sum, tokens) => sum + tokens.length, 0);
}
