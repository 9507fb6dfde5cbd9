import { prepareBenchModel } from "../bench-model.js";
import { PeerProcess } from "../peer-process.js";
import { pairedResult, takeTurns } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B_4_LAYERS } from "../shape.js";
import { bestOf, randomTokens } from "../workload.js";
import { peerOptions } from "./peers.js";

/** Tokens in one decode: ours on a CPU, and the one it is compared with. */
const SIZES = [256, 512] as const;
const CANDIDATES = 8;

/** Best of 8 with batches of 256 and of 512 tokens: what a larger batch gains, and what memory it takes. */
export async function measureBatches(context: BenchContext): Promise<void> {
  const shape = SHAPE_1B_4_LAYERS;
  const model = await prepareBenchModel(shape, context.type, context);
  const workload = bestOf(CANDIDATES);
  const processes: PeerProcess[] = [];
  const peaks = SIZES.map(() => 0);
  try {
    for (const maxBatch of SIZES) {
      const started = await PeerProcess.start("llama-reward", { ...peerOptions(model, context), maxBatch });
      if ("unavailable" in started) throw new Error(started.unavailable);
      processes.push(started.peer);
    }
    const sides = processes.map((process, index) => ({
      run: async (round: number) => {
        const candidates = workload.candidates(randomTokens(round, shape.vocabSize), []);
        const { seconds, peakBytes } = await process.run({ resetsPeak: false, warmUp: [], candidates });
        peaks[index] = peakBytes;
        return CANDIDATES / seconds;
      },
    }));
    const [own, theirs] = await takeTurns(sides, context.runs, 1);
    const { name, metric } = workload;
    const [peakBytes = NaN, peerPeakBytes = NaN] = peaks;
    const what = { workload: name, metric, peer: `batches of ${SIZES[1]}`, shape: shape.name };
    context.emit(pairedResult({ ...what, details: { peakBytes, peerPeakBytes } }, own, theirs));
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
  }
}
