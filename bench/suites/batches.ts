import { prepareBenchModel, type BenchModel } from "../bench-model.js";
import { PeerProcess } from "../peer-process.js";
import { pairedResult, takeTurns } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B_4_LAYERS, SHAPE_3B } from "../shape.js";
import { bestOf, randomTokens, single, type Workload } from "../workload.js";
import { peerOptions } from "./peers.js";

/** What is compared: most tokens in one decode, and on what. */
const ON_CPU = { sizes: [64, 128, 256, 512], shape: SHAPE_1B_4_LAYERS, workloads: [bestOf(8)] };
const ON_GPU = {
  sizes: [256, 512, 1024, 2048],
  shape: SHAPE_3B,
  workloads: [single(512), single(2048), bestOf(64)],
};

/** Our own batch size beside fixed ones: what a larger batch gains, and what memory it takes. */
export async function measureBatches(context: BenchContext): Promise<void> {
  const { sizes, shape, workloads } = context.device === "cpu" ? ON_CPU : ON_GPU;
  const model = await prepareBenchModel(shape, context.type, context);
  const processes: PeerProcess[] = [];
  try {
    for (const maxBatch of [undefined, ...sizes]) {
      const started = await PeerProcess.start("llama-reward", { ...peerOptions(model, context), maxBatch });
      if ("unavailable" in started) throw new Error(started.unavailable);
      processes.push(started.peer);
    }
    for (const workload of workloads) await measureWorkload(context, workload, model, processes, sizes);
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
  }
}

/** @param processes ours first, then one for each of `sizes` */
async function measureWorkload(
  context: BenchContext,
  { name, metric, candidates }: Workload,
  { shape }: BenchModel,
  processes: readonly PeerProcess[],
  sizes: readonly number[],
): Promise<void> {
  const peaks = processes.map(() => 0);
  const sides = processes.map((process, index) => ({
    run: async (round: number) => {
      const drawn = candidates(randomTokens(round, shape.vocabSize), []);
      const { seconds, peakBytes } = await process.run({ resetsPeak: false, warmUp: [], candidates: drawn });
      peaks[index] = peakBytes;
      const units =
        metric === "tokens/s" ? drawn.reduce((sum, tokens) => sum + tokens.length, 0) : drawn.length;
      return units / seconds;
    },
  }));
  const [own, ...others] = await takeTurns(sides, context, 1);
  others.forEach((theirs, index) => {
    const details = { peakBytes: peaks[0] ?? NaN, peerPeakBytes: peaks[index + 1] ?? NaN };
    const peer = `batches of ${sizes[index] ?? ""}`;
    context.emit(pairedResult({ workload: name, metric, peer, shape: shape.name, details }, own, theirs));
  });
}
