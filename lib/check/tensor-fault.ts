/** What can be wrong with a tensor, or with a file as a whole. */
export type FaultKind =
  /** All values are zero, and should not be. */
  | "zeroed"
  /** The right values in the wrong order. */
  | "permuted"
  /** As in the checkpoint, without the transformation llama.cpp needs (rows of heads, norms + 1). */
  | "untransformed"
  | "differs"
  | "missing"
  | "extra"
  /** Another shape or type than expected. */
  | "shape"
  /** A metadata entry is missing, added or different. */
  | "metadata"
  /** The file is damaged, incomplete, or not the one that was recorded. */
  | "file";

/** One thing that is wrong with a model folder. */
export interface TensorFault {
  /** File of the model folder. */
  file: string;
  /** Tensor or metadata key; absent for a fault of the whole file. */
  name?: string;
  kind: FaultKind;
  /** One sentence for people. */
  message: string;
}
