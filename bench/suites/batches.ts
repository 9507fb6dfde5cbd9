import { prepareBenchModel } from "../bench-model.js";
import { PeerProcess } from "../peer-process.js";
import { pairedResult, takeTurns } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B_4_LAYERS } from "../shape.js";
import { bestOf, randomTokens } from "../workload.js";
import { peerOptions } from "./peers.js";

/** Most tokens in one decode: what is chosen unless told, first, and what it is compared with. */
const SIZES = [undefined, 64, 128, 256, 512];
const CANDIDATES = 8;

/** Best of 8 with our own batch size beside fixed ones: what a larger batch gains, and what memory it takes. */
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
    const [own, ...others] = await takeTurns(sides, context, 1);
    others.forEach((theirs, index) => {
      const peer = `batches of ${SIZES[index + 1] ?? ""}`;
      const details = { peakBytes: peaks[0] ?? NaN, peerPeakBytes: peaks[index + 1] ?? NaN };
      const { name, metric } = workload;
      context.emit(pairedResult({ workload: name, metric, peer, shape: shape.name, details }, own, theirs));
    });
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
  }
}
