import type { StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import { droppingRule } from "../../score/head/dropped-tensors.js";
import { EMBEDDING } from "../architecture/find-sources.js";
import type { Checkpoint } from "./checkpoint.js";

/** A tensor that is there under another name, too. */
export interface TensorCopy {
  name: string;
  /** The tensor that is used in its place. */
  of: string;
  /** Whether both names stand for the same bytes of one file: then there is nothing to compare. */
  isShared: boolean;
}

/**
 * Copies of the whole backbone under a second prefix: a module that has a part of another one as its own attribute, as Starling's
 * `transformer`, which is `model.model`, is saved with both names for each tensor.
 * @returns the copies; none where the second backbone is not, tensor by tensor, of the first one's shapes and types
 */
export function findCopies(checkpoint: Checkpoint): TensorCopy[] {
  const { tensors } = checkpoint;
  const prefixes = [...tensors.keys()]
    .filter((name) => name.endsWith(`.${EMBEDDING}`))
    .map((name) => name.slice(0, -EMBEDDING.length))
    .sort();
  const [first, ...others] = prefixes;
  if (first === undefined) return [];
  return others.flatMap((second) => copiesUnder(second, first, checkpoint) ?? []);
}

function copiesUnder(second: string, first: string, checkpoint: Checkpoint): TensorCopy[] | undefined {
  if (second.startsWith(first) || first.startsWith(second)) return undefined;
  const copies: TensorCopy[] = [];
  for (const tensor of checkpoint.tensors.values()) {
    if (!tensor.name.startsWith(second)) continue;
    const original = checkpoint.tensors.get(first + tensor.name.slice(second.length));
    if (original !== undefined && isAlike(tensor, original)) {
      copies.push({ name: tensor.name, of: original.name, isShared: isShared(tensor, original, checkpoint) });
    } else if (droppingRule(tensor.name) === undefined) return undefined;
  }
  return copies;
}

function isAlike(a: StoredTensor, b: StoredTensor): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join();
}

function isShared(a: StoredTensor, b: StoredTensor, checkpoint: Checkpoint): boolean {
  return (
    checkpoint.fileOf(a.name) === checkpoint.fileOf(b.name) &&
    a.offset === b.offset &&
    a.strides?.join() === b.strides?.join()
  );
}
