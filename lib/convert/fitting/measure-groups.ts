import { readGgufHeader, type GgufTensorInfo } from "../../formats/gguf/gguf-reader.js";
import { isPlainFloat } from "../../formats/gguf/gguf-types.js";
import type { NativeImportance } from "../../score/native/native-addon.js";
import { largest } from "../../util/collections.js";
import type { MeasuredGroup } from "./choose-kept.js";
import { mixTypes } from "./mix-types.js";
import type { FittedJob } from "./fitted-job.js";
import type { ReferenceSet } from "./reference-set.js";

/**
 * The errors of parts when they alone are quantized: one kind of matrix in a band of layers, or the token embedding. Kinds differ most: on
 * SmolLM2 half of the errors come from the values' and the attention output's matrices, a tenth of the bytes.
 * @param set what to measure them on
 */
export async function measureGroups(
  job: FittedJob,
  set: ReferenceSet,
  importance: readonly NativeImportance[] | undefined,
): Promise<MeasuredGroup[]> {
  const [source, target] = await Promise.all([readGgufHeader(job.input), readGgufHeader(job.output)]);
  const layers = 1 + largest([...target.tensors.keys()].map((name) => layerOf(name) ?? 0));
  const byPart = new Map<string, GgufTensorInfo[]>();
  for (const tensor of target.tensors.values()) {
    if (tensor.type === undefined || isPlainFloat(tensor.type)) continue;
    const part = partOf(tensor.name, layers);
    byPart.set(part, [...(byPart.get(part) ?? []), tensor]);
  }
  const parts = [...byPart.values()];
  const groups: MeasuredGroup[] = [];
  for (const [index, part] of parts.entries()) {
    job.onProgress?.({ phase: "measure", unit: "parts", done: index, total: parts.length });
    const others = parts.filter((other) => other !== part).flat();
    await mixTypes(
      job,
      others.map(({ name }) => name),
      importance,
    );
    groups.push({
      names: part.map(({ name }) => name),
      extraBytes: part.reduce(
        (sum, { name, sizeBytes = 0 }) => sum + keptBytes(source.tensors.get(name)) - sizeBytes,
        0,
      ),
      errors: await job.trial.errors(job.scratch, set, { threads: job.threads, signal: job.signal }),
    });
  }
  return groups;
}

/** Bands of layers. */
const BANDS = 3;

function partOf(name: string, layers: number): string {
  const layer = layerOf(name);
  if (layer === undefined) return name;
  return `${Math.floor((layer * BANDS) / layers)}${name.replace(/^blk\.\d+/, "")}`;
}

function layerOf(name: string): number | undefined {
  const layer = /^blk\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? undefined : Number(layer);
}

/** What a matrix takes in 16 bits. */
export function keptBytes(tensor: GgufTensorInfo | undefined): number {
  return 2 * (tensor?.shape.reduce((product, size) => product * size, 1) ?? 0);
}
