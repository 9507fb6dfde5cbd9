import { CheckpointError } from "../../../errors.js";
import type { TensorReader } from "../../../formats/safetensors/tensor.js";

/**
 * What an adapter makes of a matrix of the base, by the names of the tensors in its file.
 *
 * LoRA: W' = W + scale · B·A. DoRA: every row of that is given the length of its `magnitude`. Trained tokens: some rows are others.
 * Source: PEFT 0.21.2 peft/tuners/lora/layer.py, `Linear.get_delta_weight`, `Embedding.get_delta_weight`;
 * peft/tuners/lora/variants.py, `DoraLinearVariant.merge_safe`; peft/tuners/trainable_tokens/layer.py, `merge`.
 */
export type TensorChange =
  | {
      kind: "low-rank";
      a: string;
      b: string;
      rank: number;
      scale: number;
      magnitude: string | undefined;
      /** Whether A and B make the matrix transposed: (B·A)ᵀ. */
      isTransposed: boolean;
    }
  | { kind: "rows"; values: string; indices: readonly number[] };

/** A change with its numbers, in float32. */
export type LoadedChange =
  | {
      kind: "low-rank";
      /** `[rows, rank]`, row-major. */
      left: Float32Array;
      /** `[rank, columns]`, row-major. */
      right: Float32Array;
      rank: number;
      columns: number;
      scale: number;
      magnitude: Float32Array | undefined;
    }
  | {
      kind: "rows";
      columns: number;
      /** Row of `values` by row of the matrix. */
      places: ReadonlyMap<number, number>;
      /** `[places, columns]`. */
      values: Float32Array;
    };

/**
 * Changes some rows of a matrix in place.
 * @param values rows of the base from `firstRow` on, `[rows, columns]`
 */
export type MergeRows = (values: Float32Array, firstRow: number, change: LoadedChange) => void;

/** Reads the numbers of a change. @throws CheckpointError `CHECKPOINT_INVALID` for NaN and infinities, naming the tensor */
export async function loadChange(
  change: TensorChange,
  adapter: TensorReader,
  columns: number,
): Promise<LoadedChange> {
  if (change.kind === "rows") {
    const places = new Map(change.indices.map((row, place) => [row, place]));
    return { kind: "rows", columns, places, values: await readFinite(adapter, change.values) };
  }
  const { rank, scale, isTransposed } = change;
  const a = await readFinite(adapter, change.a);
  const b = await readFinite(adapter, change.b);
  const magnitude = change.magnitude === undefined ? undefined : await readFinite(adapter, change.magnitude);
  return {
    kind: "low-rank",
    left: isTransposed ? transposed(a, rank) : b,
    right: isTransposed ? transposed(b, columns) : a,
    rank,
    columns,
    scale,
    magnitude,
  };
}

async function readFinite(adapter: TensorReader, name: string): Promise<Float32Array> {
  const values = await adapter.readFloat32(name);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return values;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `Tensor ${name} of the adapter has NaN or infinity at value ${wrong}: the training failed or the file is damaged.`,
    { details: { tensor: name, index: wrong } },
  );
}

function transposed(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return result;
}
