import { headTensors } from "../model/checkpoint/stored-head.js";
import path from "node:path";
import { RewardError } from "../errors.js";
import type { DetectedHead } from "../score/head/registry.js";
import type { Checkpoint } from "../model/checkpoint/checkpoint.js";
import { openSafetensors } from "../formats/safetensors/safetensors.js";
import type { TensorFault } from "./tensor-fault.js";

/** Compares a head file with the checkpoint's head tensors, byte for byte. @param file full path of `head.safetensors` */
export async function compareHead(
  checkpoint: Checkpoint,
  head: DetectedHead,
  file: string,
): Promise<TensorFault[]> {
  const fileName = path.basename(file);
  try {
    const written = await openSafetensors(file);
    try {
      const expected = await headTensors(checkpoint, head);
      const names = new Set(expected.map(({ name }) => name));
      const faults = [...written.tensors.keys()]
        .filter((name) => !names.has(name))
        .map((name): TensorFault => ({
          file: fileName,
          name,
          kind: "extra",
          message: `Tensor ${name} does not belong there.`,
        }));
      for (const { name, dtype, shape, bytes } of expected) {
        const info = written.tensors.get(name);
        const fault = (kind: TensorFault["kind"], message: string): void => {
          faults.push({ file: fileName, name, kind, message: `Tensor ${name} ${message}.` });
        };
        if (info === undefined) fault("missing", "is missing");
        else if (info.dtype !== dtype || info.shape.join() !== shape.join()) {
          fault(
            "shape",
            `is ${info.dtype} [${info.shape.join(", ")}], expected ${dtype} [${shape.join(", ")}]`,
          );
        } else if (Buffer.compare(await written.readBytes(name), bytes) !== 0) {
          fault("differs", "is not the checkpoint's");
        }
      }
      return faults;
    } finally {
      await written.close();
    }
  } catch (error) {
    if (!(error instanceof RewardError)) throw error;
    return [{ file: fileName, kind: "file", message: error.message }];
  }
}
