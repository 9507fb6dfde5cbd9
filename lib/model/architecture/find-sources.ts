import { CheckpointError } from "../../errors.js";
import { isFloatDtype } from "../../formats/floats/float-convert.js";
import type { StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import type { ModelConfig } from "./model-config.js";
import type { CopiedTensor } from "./transform.js";

/** What most families call their token embedding. */
export const EMBEDDING = "embed_tokens.weight";

/** A number of the configuration sizes no loop before it is compared with what is there. */
export function checkLayerCount(
  { layerCount }: ModelConfig,
  tensors: ReadonlyMap<string, StoredTensor>,
): void {
  if (layerCount <= tensors.size) return;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `config.json: num_hidden_layers is ${layerCount}, but the checkpoint has only ${tensors.size} tensors. ` +
      "The files belong to different models, or config.json is damaged: download it again.",
    { details: { layerCount, tensors: tensors.size } },
  );
}

/** What stands in front of every backbone tensor's name: `model.`, nothing, `transformer.`, `model.model.`, … */
export function findPrefix(tensors: ReadonlyMap<string, StoredTensor>, name: string): string {
  const embeddings = [...tensors.keys()].filter((tensor) => tensor === name || tensor.endsWith(`.${name}`));
  const [embedding, ...others] = embeddings;
  if (embedding === undefined || others.length > 0) {
    const found = embeddings.length === 0 ? "no" : `${embeddings.length} (${embeddings.join(", ")})`;
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `The checkpoint has ${found} token embedding ${name}, expected one: it is incomplete or holds several models.`,
      { details: { embeddings } },
    );
  }
  return embedding.slice(0, -name.length);
}

/** transformers refuses a checkpoint whose embedding has not `vocab_size` rows, so both must agree. */
export function embeddingRows(
  tensors: ReadonlyMap<string, StoredTensor>,
  embedding: string,
  { hiddenSize, raw }: ModelConfig,
): number {
  const shape = tensors.get(embedding)?.shape ?? [];
  const [rows = 0, columns] = shape;
  const expected = raw["vocab_size"] ?? rows;
  if (shape.length === 2 && rows > 0 && rows === expected && columns === hiddenSize) return rows;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `Tensor ${embedding} has shape [${shape.join(", ")}], expected [${JSON.stringify(expected)}, ${hiddenSize}] ` +
      "by vocab_size and hidden_size of config.json. The files belong to different models.",
    { details: { tensor: embedding, shape, vocabSize: expected, hiddenSize } },
  );
}

export function findSource(
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  rule: CopiedTensor,
): StoredTensor {
  const stored = tensors.get(name);
  const expected = `[${rule.shape.join(", ")}]`;
  if (stored === undefined) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `Tensor ${name} ${expected} is missing. Download the whole checkpoint again.`,
      { details: { tensor: name, expectedShape: rule.shape } },
    );
  }
  if (
    stored.shape.length !== rule.shape.length ||
    stored.shape.some((size, axis) => size !== rule.shape[axis])
  ) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `Tensor ${name} has shape [${stored.shape.join(", ")}], expected ${expected} by config.json. ` +
        "The files belong to different models.",
      { details: { tensor: name, shape: stored.shape, expectedShape: rule.shape } },
    );
  }
  if (!isFloatDtype(stored.dtype)) {
    throw new CheckpointError(
      "CHECKPOINT_UNSUPPORTED",
      `Tensor ${name} is stored as ${stored.dtype}, expected F32, F16 or BF16. Use the unquantized checkpoint.`,
      { details: { tensor: name, dtype: stored.dtype } },
    );
  }
  return stored;
}
