import type { Comparison } from "./compare-peers.js";
import type { PeerOptions } from "./peer.js";
import {
  SHAPE_1B,
  SHAPE_1B_2_LAYERS,
  SHAPE_1B_4_LAYERS,
  SHAPE_3B,
  SHAPE_3B_WIDTH,
  type BackboneShape,
} from "./shape.js";
import { bestOf, mixedPairs, nextAnswer, pairs, single } from "./workload.js";

/** Comparisons on one shape. */
export interface Suite {
  shape: BackboneShape;
  comparisons: readonly Comparison[];
}

const BARE = "bare-llama-decode";
const EMBEDDINGS = "llama-embeddings";
const NODE = "node-llama-cpp";
const TRANSFORMERS = "transformers";

/** All 64 candidates would take it four minutes a round; it scores them one by one, so eight give the same rate. */
const NODE_SAMPLE = { name: NODE, candidates: 8 } as const;

/** Under five minutes on two cores: four layers of the 1B. */
const QUICK_SUITES: readonly Suite[] = [
  {
    shape: SHAPE_1B_4_LAYERS,
    comparisons: [
      { workload: single(64), peers: [BARE, EMBEDDINGS, NODE] },
      { workload: single(512), peers: [BARE, EMBEDDINGS, NODE] },
      { workload: bestOf(8), peers: [BARE, NODE] },
      { workload: pairs(1), peers: [BARE, NODE] },
      { workload: nextAnswer(), peers: ["cold-score"] },
    ],
  },
];

/**
 * Under 40 minutes on two cores: everything that has a goal on the whole 1B, the width of a 3B, and growth on two layers. Within
 * a shape the workloads go up in size, so that the memory of a large one is not counted for a small one.
 */
const FULL_SUITES: readonly Suite[] = [
  {
    shape: SHAPE_1B,
    comparisons: [
      { workload: single(64), peers: [BARE, EMBEDDINGS, NODE] },
      { workload: pairs(1), peers: [BARE, NODE] },
      { workload: bestOf(8), peers: [BARE, NODE] },
      { workload: mixedPairs(4), peers: [BARE, NODE] },
      { workload: single(2048), peers: [BARE, NODE] },
      { workload: nextAnswer(), peers: ["cold-score"] },
      { workload: bestOf(64), peers: [NODE_SAMPLE] },
    ],
  },
  {
    shape: SHAPE_3B_WIDTH,
    comparisons: [
      { workload: single(64), peers: [BARE, NODE] },
      { workload: bestOf(8), peers: [BARE, NODE] },
    ],
  },
  {
    // How cost grows with the length and with the candidates.
    shape: SHAPE_1B_2_LAYERS,
    comparisons: [
      ...[64, 512, 2048, 8192].map((length) => ({ workload: single(length), peers: [BARE] as const })),
      ...[1, 4, 16, 64, 256].map((count) => ({ workload: bestOf(count), peers: [BARE] as const })),
    ],
  },
];

/** For a GPU: the whole 3B. */
const GPU_SUITES: readonly Suite[] = [
  {
    shape: SHAPE_3B,
    comparisons: [
      { workload: single(64), peers: [BARE, EMBEDDINGS] },
      { workload: single(2048), peers: [BARE, EMBEDDINGS] },
      { workload: bestOf(8), peers: [BARE, EMBEDDINGS] },
      { workload: pairs(8), peers: [BARE, EMBEDDINGS] },
      { workload: nextAnswer(), peers: ["cold-score"] },
      { workload: bestOf(64), peers: [BARE, EMBEDDINGS] },
    ],
  },
];

/** Which suites. */
export interface SuiteChoice {
  isQuick: boolean;
  device: PeerOptions["device"];
  /** Keeps the workloads whose name contains it. */
  only?: string | undefined;
  /** Adds Hugging Face transformers to every workload that it can do; on a GPU it is there anyway. */
  withTransformers: boolean;
}

/** What the comparison with peers runs. */
export function chooseSuites({ isQuick, device, only = "", withTransformers }: SuiteChoice): Suite[] {
  const suites = isQuick ? QUICK_SUITES : device === "cpu" ? FULL_SUITES : GPU_SUITES;
  const hasTransformers = withTransformers || device !== "cpu";
  return suites
    .map(({ shape, comparisons }) => ({
      shape,
      comparisons: comparisons
        .filter(({ workload }) => workload.name.includes(only))
        .map(({ workload, peers }): Comparison => {
          // It keeps nothing between calls, so a next answer costs it the whole conversation: that is `cold-score`.
          const isComparable = hasTransformers && workload.warmUp === undefined;
          return { workload, peers: isComparable ? [...peers, TRANSFORMERS] : peers };
        }),
    }))
    .filter(({ comparisons }) => comparisons.length > 0);
}
