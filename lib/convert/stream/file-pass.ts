import type { WeightFile } from "../../formats/weight-file.js";
import type { PlannedTensor } from "../../model/architecture/backbone-plan.js";

/**
 * How one weight file is passed through: once from start to end, which meets most tensors; then those that lie another way,
 * in part for a second time.
 */
export interface FilePass {
  file: WeightFile;
  /** Row by row without gaps, one after the other. */
  inOrder: readonly PlannedTensor[];
  /** Views with gaps, and what shares bytes with a tensor before it. */
  apart: readonly PlannedTensor[];
}

/** The passes over a checkpoint's files, in turn. @param copied tensors of the backbone */
export function planPasses(files: readonly WeightFile[], copied: readonly PlannedTensor[]): FilePass[] {
  const bySource = new Map(copied.map((tensor) => [tensor.source, tensor]));
  return files.map((file) => {
    const inOrder: PlannedTensor[] = [];
    const apart: PlannedTensor[] = [];
    let end = 0;
    for (const name of file.tensors.keys()) {
      const tensor = bySource.get(name);
      if (tensor === undefined) continue;
      const { offset, sizeBytes, strides } = tensor.stored;
      if (strides !== undefined || offset < end) apart.push(tensor);
      else {
        inOrder.push(tensor);
        end = offset + sizeBytes;
      }
    }
    return { file, inOrder, apart };
  });
}

/** The backbone's tensors in the order in which the passes meet them: that of the file to be written. */
export function inPassOrder(passes: readonly FilePass[]): PlannedTensor[] {
  return passes.flatMap(({ inOrder, apart }) => [...inOrder, ...apart]);
}
