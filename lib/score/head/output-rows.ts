import { HeadLoadError } from "../../errors.js";
import type { RowReader, TensorInfo } from "../../formats/safetensors/tensor.js";
import type { ExtractedTensor, HeadCandidates } from "./head.js";
import { rowCount, shapeOf } from "./head-tensors.js";

/**
 * Heads without tensors of their own read logits of the language model. Of the output matrix, which may be a gigabyte, they keep
 * the rows of the tokens they look at.
 */

/** Name of the kept rows in `head.safetensors`: `[tokens, hiddenSize]`. */
export const OUTPUT_ROWS = "output_rows.weight";

/**
 * The matrix that makes logits of hidden states.
 * @throws HeadLoadError `HEAD_INVALID` when there is none or logits are capped; `HEAD_MISMATCH` another hidden size
 */
export function requireOutputMatrix({ outputMatrix, hiddenSize, config }: HeadCandidates): TensorInfo {
  if (outputMatrix === undefined) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      "The profile says that this model's logits are its reward, but the checkpoint has neither lm_head.weight nor tied " +
        "embeddings to compute them with. Get a complete copy of the checkpoint.",
    );
  }
  if (typeof config["final_logit_softcapping"] === "number") {
    throw new HeadLoadError(
      "HEAD_INVALID",
      "Rewards from capped logits (final_logit_softcapping) are not supported: no published model has them.",
    );
  }
  rowCount(new Map([[outputMatrix.name, outputMatrix]]), outputMatrix.name, hiddenSize, "hidden state");
  return outputMatrix;
}

/**
 * Takes the tokens' rows out of the output matrix, in the order of `tokens`.
 * @throws HeadLoadError `HEAD_INVALID` when a token is not in the matrix
 */
export async function extractOutputRows(
  checkpoint: RowReader,
  matrix: string,
  tokens: readonly number[],
): Promise<ExtractedTensor[]> {
  const [vocabularySize = 0, hiddenSize = 0] = shapeOf(checkpoint.tensors, matrix);
  const rows: Uint8Array[] = [];
  for (const token of tokens) {
    if (token >= vocabularySize) {
      throw new HeadLoadError(
        "HEAD_INVALID",
        `Token ${token} is not in ${matrix}, which has ${vocabularySize} rows: ` +
          "tokenizer and weights belong to different models.",
      );
    }
    rows.push(await checkpoint.readRows(matrix, token, 1));
  }
  const dtype = checkpoint.tensors.get(matrix)?.dtype ?? "F32";
  return [{ name: OUTPUT_ROWS, dtype, shape: [tokens.length, hiddenSize], bytes: Buffer.concat(rows) }];
}
