import { without } from "../../../util/collections.js";
import type { RawConfig } from "../../architecture/raw-config.js";
import { readTokenizer } from "../../tokenizer/read-tokenizer.js";
import type { TokenizerInfo } from "../../tokenizer/tokenizer-info.js";
import type { CheckpointFolders } from "../checkpoint-parts.js";

/** A checkpoint's tokenizer, and its configuration with the padding token that the model was trained with. */
export interface TrainedTokenizer {
  tokenizer: TokenizerInfo;
  config: RawConfig;
  notes: readonly string[];
}

/**
 * Reads the tokenizer. Where it lies beside an adapter, its padding token goes before the base's: a classifier finds the scored position
 * with `pad_token_id`, trainers set that to the tokenizer's, and an adapter is saved without its own `config.json`.
 * Source: TRL 1.16.0 trl/trainer/reward_trainer.py, where `pad_token` is set; transformers 5.24 modeling_layers.py,
 * `GenericForSequenceClassification.forward`.
 * @throws as {@link readTokenizer}
 */
export async function readTrainedTokenizer(
  folders: CheckpointFolders,
  config: RawConfig,
  vocabSize: number,
): Promise<TrainedTokenizer> {
  const isAdapters = folders.base !== undefined && folders.tokenizer === folders.named;
  if (!isAdapters) {
    return { tokenizer: await readTokenizer(folders.tokenizer, config, vocabSize), config, notes: [] };
  }
  const tokenizer = await readTokenizer(folders.tokenizer, without(config, "pad_token_id"), vocabSize);
  const { padToken } = tokenizer;
  const base = config["pad_token_id"] ?? null;
  if (padToken === null || padToken === base) return { tokenizer, config, notes: [] };
  return {
    tokenizer,
    config: { ...config, pad_token_id: padToken },
    notes: [
      `The padding token is ${padToken}, that of the adapter's tokenizer: trainers set the model's to it. The base's config.json says ` +
        `${JSON.stringify(base)}.`,
    ],
  };
}
