import { BACKBONE_TYPES, type BackboneType } from "../../lib/model/architecture/backbone-type.js";
import { median, standardDeviation } from "simple-statistics";
import { prepareBenchModel, type BenchModel } from "../bench-model.js";
import { loadTokenScorer } from "../load-scorer.js";
import { PeerProcess } from "../peer-process.js";
import { pairedResult, takeTurns, type Side } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B_4_LAYERS } from "../shape.js";
import { randomTokens, single } from "../workload.js";
import { peerOptions } from "./peers.js";
import { largest } from "../../lib/util/collections.js";

const SHAPE = SHAPE_1B_4_LAYERS;
/** What all types are compared with. */
const BASE: BackboneType = "bf16";
const TIMED_TOKENS = 512;
/** Candidates whose hidden states and rewards are compared, and their length. */
const CANDIDATES = 32;
const CANDIDATE_TOKENS = 64;

/** What the backbone made of the candidates. */
type Scored = readonly { hidden: Float32Array; reward: number }[];

/**
 * Speed, file size and fidelity of every weight type on this machine. Speeds are beside bf16 in the same rounds. Fidelity
 * is against f32 weights with an f32 KV cache, all others with the default cache: the relative distance of hidden states,
 * and the difference of rewards in standard deviations of the rewards. Random weights exaggerate what quantization costs.
 */
export async function measureTypes(context: BenchContext): Promise<void> {
  const models = new Map<BackboneType, BenchModel>();
  for (const type of BACKBONE_TYPES) models.set(type, await prepareBenchModel(SHAPE, type, context));
  const rates = await timeTypes(models, context);
  const reference = await scoreAll(models, "f32", "f32", context);
  for (const [type, { backboneBytes }] of models) {
    const details = {
      fileBytes: backboneBytes,
      ...fidelity(await scoreAll(models, type, "f16", context), reference),
    };
    const what = { workload: `type-${type}`, metric: "tokens/s", peer: BASE, shape: SHAPE.name };
    context.emit(pairedResult({ ...what, details }, rates.get(type), rates.get(BASE)));
  }
}

async function timeTypes(
  models: ReadonlyMap<BackboneType, BenchModel>,
  context: BenchContext,
): Promise<Map<BackboneType, number[]>> {
  const workload = single(TIMED_TOKENS);
  const processes: PeerProcess[] = [];
  try {
    for (const model of models.values()) {
      const started = await PeerProcess.start("llama-reward", peerOptions(model, context));
      if ("unavailable" in started) throw new Error(started.unavailable);
      processes.push(started.peer);
    }
    const sides = processes.map((process): Side => ({
      run: async (round) => {
        const candidates = workload.candidates(randomTokens(round, SHAPE.vocabSize), []);
        const { seconds } = await process.run({ resetsPeak: false, warmUp: [], candidates });
        return TIMED_TOKENS / seconds;
      },
    }));
    const rates = await takeTurns(sides, context, 1);
    return new Map([...models.keys()].map((type, index) => [type, rates[index] ?? []]));
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
  }
}

async function scoreAll(
  models: ReadonlyMap<BackboneType, BenchModel>,
  type: BackboneType,
  kvType: "f32" | "f16",
  context: BenchContext,
): Promise<Scored> {
  const model = models.get(type);
  if (model === undefined) throw new Error(`no model of type ${type}`);
  const scorer = await loadTokenScorer({ ...peerOptions(model, context), kvType });
  try {
    const random = randomTokens(CANDIDATES, SHAPE.vocabSize);
    return await scorer.score(Array.from({ length: CANDIDATES }, () => random(CANDIDATE_TOKENS)));
  } finally {
    await scorer.dispose();
  }
}

/** How far scores are from reference scores of the same candidates: medians and largest. */
export function fidelity(scores: Scored, reference: Scored): Record<string, number> {
  const spread = standardDeviation(reference.map(({ reward }) => reward));
  const hidden = scores.map((score, index) => relativeDistance(score.hidden, reference[index]?.hidden));
  const reward = scores.map((score, index) => {
    return Math.abs(score.reward - (reference[index]?.reward ?? NaN)) / spread;
  });
  return {
    hiddenError: median(hidden),
    hiddenErrorLargest: largest(hidden),
    rewardError: median(reward),
    rewardErrorLargest: largest(reward),
  };
}

/** |a − b| / |b|, Euclidean. */
function relativeDistance(a: Float32Array, b: Float32Array = new Float32Array()): number {
  let difference = 0;
  let norm = 0;
  for (const [index, value] of b.entries()) {
    difference += ((a[index] ?? NaN) - value) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference / norm);
}
