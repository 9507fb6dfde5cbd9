import { monitorEventLoopDelay } from "node:perf_hooks";
import { median } from "simple-statistics";
import type { DenseRuntime } from "../../lib/score/head/dense.js";
import { gatedAttributeHead } from "../../lib/score/head/gated-attribute-head.js";
import type { Head, HeadInput } from "../../lib/score/head/head.js";
import { nativeDense } from "../../lib/score/head/native-dense.js";
import { loadAddon } from "../../lib/score/native/binding.js";
import type { RowReader, TensorInfo } from "../../lib/formats/safetensors/tensor.js";
import { plainLoops } from "../plain-dense.js";
import { pairedResult, secondsOf, takeTurns } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { randomTokens } from "../workload.js";
import { largest } from "../../lib/util/collections.js";

/** Of LxzGordon/URM-LLaMa-3.1-8B: hidden size, and the shapes of its head's tensors. */
const HIDDEN_SIZE = 4096;
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  "score.weight": [10, HIDDEN_SIZE],
  "weights.fc.0.weight": [HIDDEN_SIZE, HIDDEN_SIZE],
  "weights.fc.0.bias": [HIDDEN_SIZE],
  "weights.fc.2.weight": [HIDDEN_SIZE, HIDDEN_SIZE],
  "weights.fc.2.bias": [HIDDEN_SIZE],
  "weights.fc.4.weight": [5, HIDDEN_SIZE],
  "weights.fc.4.bias": [5],
};
const BATCHES = [1, 8, 64];
/** Enough candidates per round that a millisecond of noise does not matter. */
const CANDIDATES_PER_ROUND = 128;
const PEER_CANDIDATES = 8;
/** Both sides compute in float32, in different orders. Relative to the largest reward. */
const TOLERANCE = 1e-3;
const RESOLUTION_MS = 1;

/** The largest head there is, URM's on an 8B, in the native kernels and in JavaScript loops. */
export async function measureHeads({ threads, runs, signal, emit }: BenchContext): Promise<void> {
  const ours = await loadHead(nativeDense(loadAddon(), threads));
  const theirs = await loadHead(plainLoops);
  try {
    await checkEqual(ours, theirs);
    for (const batch of BATCHES) {
      const cpu: number[] = [];
      const turns: number[] = [];
      const sides = [
        {
          run: async (round: number) => {
            const calls = Array.from({ length: CANDIDATES_PER_ROUND / batch }, () =>
              candidates(batch, round),
            );
            const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
            const before = process.cpuUsage();
            delay.enable();
            const seconds = await secondsOf(async () => {
              for (const inputs of calls) await ours.apply(inputs);
            });
            delay.disable();
            const { user, system } = process.cpuUsage(before);
            cpu.push((user + system) / 1000 / CANDIDATES_PER_ROUND);
            turns.push(delay.max / 1e6 - RESOLUTION_MS);
            return CANDIDATES_PER_ROUND / seconds;
          },
        },
        {
          run: async (round: number) => {
            const inputs = candidates(PEER_CANDIDATES, round);
            return PEER_CANDIDATES / (await secondsOf(() => theirs.apply(inputs)));
          },
        },
      ];
      const [own, peer] = await takeTurns(sides, { runs, signal }, 1);
      const what = { workload: `head-urm-8b-${batch}`, metric: "candidates/s", peer: "javascript-loops" };
      const details = {
        wallMsPerCandidate: 1000 / median(own ?? []),
        cpuMsPerCandidate: median(cpu),
        longestTurnMs: largest(turns),
        peerCandidates: PEER_CANDIDATES,
      };
      emit(pairedResult({ ...what, details }, own, peer));
    }
  } finally {
    await ours.dispose();
    await theirs.dispose();
  }
}

async function checkEqual(ours: Head, theirs: Head): Promise<void> {
  const inputs = candidates(2, 0);
  const [own, expected] = [await ours.apply(inputs), await theirs.apply(inputs)];
  own.forEach(({ reward }, index) => {
    const wanted = expected[index]?.reward ?? NaN;
    if (!(Math.abs(reward - wanted) <= TOLERANCE * Math.max(1, Math.abs(wanted)))) {
      throw new Error(`The kernels give the reward ${reward}, plain loops ${wanted}.`);
    }
  });
}

function loadHead(dense: DenseRuntime): Promise<Head> {
  const fc = (layer: number): { weight: string; bias: string } => ({
    weight: `weights.fc.${layer}.weight`,
    bias: `weights.fc.${layer}.bias`,
  });
  const spec = {
    kind: "gated-attributes" as const,
    score: "score.weight",
    gate: [fc(0), fc(2), fc(4)],
    attributes: ["helpfulness", "correctness", "coherence", "complexity", "verbosity"],
    sigmaTransform: "exp" as const,
  };
  return gatedAttributeHead.load(spec, randomHead(), HIDDEN_SIZE, dense);
}

/** Tensors of random numbers, the same every time. */
function randomHead(): RowReader {
  const tensors = new Map(
    Object.entries(SHAPES).map(([name, shape]): [string, TensorInfo] => {
      return [name, { name, dtype: "F32", shape, sizeBytes: 4 * sizeOf(shape) }];
    }),
  );
  const read = (name: string): Float32Array => {
    // The scale of trained layers: what comes out is about as large as what went in.
    return randomNumbers(sizeOf(SHAPES[name] ?? []), name.length, 2 / Math.sqrt(HIDDEN_SIZE));
  };
  return {
    tensors,
    readFloat32: (name) => Promise.resolve(read(name)),
    readBytes: (name) => Promise.resolve(new Uint8Array(read(name).buffer)),
    readRows: () => Promise.reject(new Error("No head of the benchmark reads rows.")),
  };
}

function candidates(count: number, seed: number): HeadInput[] {
  return Array.from({ length: count }, (_, index) => ({
    scored: randomNumbers(HIDDEN_SIZE, 1000 * seed + index, 1),
  }));
}

/** Uniform between −scale and scale. */
function randomNumbers(count: number, seed: number, scale: number): Float32Array {
  return Float32Array.from(randomTokens(seed, 2 ** 24)(count), (n) => scale * (n / 2 ** 23 - 1));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
