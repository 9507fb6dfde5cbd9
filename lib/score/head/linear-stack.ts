import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { TensorReader } from "../../formats/safetensors/tensor.js";
import type { DenseLayer } from "./dense.js";
import { expectShape, readFinite, rowCount, type TensorTable } from "./head-tensors.js";

/** Tensor names of one linear layer: `weight` `[outputSize, inputSize]` and, when the layer has one, `bias` `[outputSize]`. */
export const linearLayerSchema = z.strictObject({ weight: z.string(), bias: z.string().optional() });
export type LinearLayer = z.infer<typeof linearLayerSchema>;

/** Tensor names of a stack of linear layers, the first one on top of the hidden state. */
export const linearStackSchema = z.array(linearLayerSchema).min(1);

/** One linear layer by its prefix; its bias only when the checkpoint has one (`torch.nn.Linear` adds what it has). */
export function linearLayer(tensors: TensorTable, prefix: string): LinearLayer {
  const bias = `${prefix}.bias`;
  return tensors.has(bias) ? { weight: `${prefix}.weight`, bias } : { weight: `${prefix}.weight` };
}

/**
 * The linear layers of a `torch.nn.Sequential`: `<prefix>.0`, `<prefix>.<step>`, `<prefix>.<2 step>`, … Between them lie
 * modules without tensors (activations, dropout). Each layer must have weight and bias.
 * @returns an empty list when no tensor is named like that
 * @throws HeadLoadError `HEAD_INVALID` when one of them is missing
 */
export function sequentialLayers(tensors: TensorTable, prefix: string, step: number): LinearLayer[] {
  const names = [...tensors.keys()].filter(
    (name) => name.startsWith(`${prefix}.`) && /^\d+\.(weight|bias)$/.test(name.slice(prefix.length + 1)),
  );
  const layers = Array.from({ length: Math.ceil(names.length / 2) }, (_, index) => ({
    weight: `${prefix}.${index * step}.weight`,
    bias: `${prefix}.${index * step}.bias`,
  }));
  const missing = layers.flatMap(({ weight, bias }) => [weight, bias]).filter((name) => !tensors.has(name));
  if (missing.length > 0) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's layers are incomplete: found ${names.join(", ")}, missing ${missing.join(", ")}. ` +
        "Get a complete copy of the checkpoint.",
    );
  }
  return layers;
}

/** Every tensor name of a stack. */
export function stackTensorNames(layers: readonly LinearLayer[]): string[] {
  return layers.flatMap(({ weight, bias }) => (bias === undefined ? [weight] : [weight, bias]));
}

/**
 * Checks that the layers of a stack fit each other and the backbone.
 * @returns output size of each layer
 * @throws HeadLoadError `HEAD_MISMATCH` another hidden size; `HEAD_INVALID` anything else
 */
export function stackSizes(
  tensors: TensorTable,
  layers: readonly LinearLayer[],
  hiddenSize: number,
): number[] {
  const sizes: number[] = [];
  for (const { weight, bias } of layers) {
    const rows = rowCount(
      tensors,
      weight,
      sizes.at(-1) ?? hiddenSize,
      sizes.length === 0 ? "hidden state" : "layer",
    );
    if (bias !== undefined) expectShape(tensors, bias, [rows]);
    sizes.push(rows);
  }
  return sizes;
}

/**
 * Checks that a stack ends in the expected number of outputs.
 * @throws HeadLoadError as `stackSizes`, and `HEAD_INVALID` for another number of outputs
 */
export function expectOutputs(
  tensors: TensorTable,
  layers: readonly LinearLayer[],
  hiddenSize: number,
  outputs: number,
): void {
  const last = stackSizes(tensors, layers, hiddenSize).at(-1);
  if (last === outputs) return;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `The head's last layer ${layers.at(-1)?.weight ?? ""} has ${last ?? 0} outputs, expected ${outputs}. Several outputs are ` +
      "another kind of model: process reward models, for one, have two for every step, which this version does not score.",
  );
}

/**
 * Reads a stack's weights as float32.
 * @param activation between the layers; the last one has none
 * @throws HeadLoadError as `stackSizes`, and `HEAD_INVALID` for NaN or infinite weights
 */
export async function readStack(
  reader: TensorReader,
  layers: readonly LinearLayer[],
  hiddenSize: number,
  activation: "relu" | "selu",
): Promise<DenseLayer[]> {
  const sizes = stackSizes(reader.tensors, layers, hiddenSize);
  const dense: DenseLayer[] = [];
  for (const [index, { weight, bias }] of layers.entries()) {
    dense.push({
      weight: await readFinite(reader, weight),
      outputSize: sizes[index] ?? 0,
      inputSize: sizes[index - 1] ?? hiddenSize,
      ...(bias === undefined ? {} : { bias: await readFinite(reader, bias) }),
      activation: index === layers.length - 1 ? "none" : activation,
    });
  }
  return dense;
}
