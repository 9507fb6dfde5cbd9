import { invalidField } from "./checkpoint-json.js";
import type { BpeModel } from "./tokenizer-json.js";

/** Two tokens that are joined into one. The position in the list is the rank: earlier ones are joined first. */
export type Merge = readonly [left: string, right: string];

/**
 * The merges of a BPE model as pairs, whichever way the file spells them.
 * @throws CheckpointError `CHECKPOINT_INVALID`: not two halves, or a half or the whole is not in the vocabulary.
 */
export function readMerges(model: BpeModel, file: string): Merge[] {
  return model.merges.map((merge, index) => {
    const pair = typeof merge === "string" ? merge.split(" ") : merge;
    const [left, right] = pair;
    if (left === undefined || right === undefined || pair.length !== 2) {
      throw invalidField(
        file,
        `model.merges.${index}`,
        `expected two tokens but found ${JSON.stringify(merge)}`,
      );
    }
    const missing = [left, right, left + right].find((token) => !model.vocab.has(token));
    if (missing !== undefined) {
      throw invalidField(
        file,
        `model.merges.${index}`,
        `token ${JSON.stringify(missing)} is not in the vocabulary`,
      );
    }
    return [left, right];
  });
}
