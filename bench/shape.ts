/** Dimensions of a benchmark backbone. Weights are random: speed does not depend on their values. */
export interface BackboneShape {
  name: string;
  layerCount: number;
  hiddenSize: number;
  headCount: number;
  kvHeadCount: number;
  feedForwardSize: number;
  vocabSize: number;
  /** Hidden layer of the value head. */
  headHiddenSize: number;
}

/** Llama 3.2 1B. Source: its config.json. The head is that of GRM-llama3.2-3B-sftreg, one hidden layer of 1024. */
export const SHAPE_1B: BackboneShape = {
  name: "1B",
  layerCount: 16,
  hiddenSize: 2048,
  headCount: 32,
  kvHeadCount: 8,
  feedForwardSize: 8192,
  vocabSize: 128256,
  headHiddenSize: 1024,
};

/** The width of Llama 3.2 3B with 6 of its 28 layers, so that a CPU finishes. Source: its config.json. */
export const SHAPE_3B_WIDTH: BackboneShape = {
  name: "3B-width",
  layerCount: 6,
  hiddenSize: 3072,
  headCount: 24,
  kvHeadCount: 8,
  feedForwardSize: 8192,
  vocabSize: 128256,
  headHiddenSize: 1024,
};

/** Llama 3.2 3B, for a GPU. */
export const SHAPE_3B: BackboneShape = { ...SHAPE_3B_WIDTH, name: "3B", layerCount: 28 };

/** Four layers of the 1B: a quick look, and questions about everything beside the backbone. */
export const SHAPE_1B_4_LAYERS: BackboneShape = { ...SHAPE_1B, name: "1B-4-layers", layerCount: 4 };

/** Two layers of the 1B: for questions of growth, where the shape of the curve matters and not its height. */
export const SHAPE_1B_2_LAYERS: BackboneShape = { ...SHAPE_1B, name: "1B-2-layers", layerCount: 2 };
