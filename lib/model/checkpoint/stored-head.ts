import type { DetectedHead } from "../../score/head/registry.js";
import type { Checkpoint } from "./checkpoint.js";
import type { TensorData } from "../../formats/safetensors/safetensors-writer.js";

/** The head's tensors, as stored in the checkpoint: whole, or the part that the head keeps. */
export async function headTensors(
  checkpoint: Checkpoint,
  { definition, spec }: DetectedHead,
): Promise<TensorData[]> {
  if (definition.extract !== undefined) return definition.extract(spec, checkpoint);
  const tensors: TensorData[] = [];
  for (const name of definition.tensorNames(spec)) {
    const bytes = await checkpoint.readBytes(name);
    const { dtype, shape } = checkpoint.fileOf(name).tensors.get(name) ?? { dtype: "F32", shape: [] };
    tensors.push({ name, dtype, shape, bytes });
  }
  return tensors;
}
