import type { BackboneType } from "../architecture/backbone-type.js";
import type { Architecture } from "../architecture/architecture.js";
import { OUTPUT_MATRIX } from "../architecture/decoder-tensors.js";
import { appendAll } from "../../util/collections.js";
import { GGML_TYPES, ggmlTypeById } from "../../formats/gguf/gguf-types.js";
import { paddingAt, tensorBytes } from "../../formats/gguf/gguf-writer.js";
import type { RawGguf, RawTensor } from "../../formats/gguf/raw-gguf.js";
import { ROUTER, wholeShape } from "../architecture/transform.js";
import type { Hyperparameters } from "./read-hyperparameters.js";
import { allowedTypes } from "./tensor-types.js";

/**
 * Checks that a file has exactly the tensors its architecture demands, in shapes that follow from its hyperparameters and types
 * that its own type can have, one after the other from the data's start to the file's end.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` hyperparameters that the architecture cannot have
 */
export function checkTensors(
  gguf: RawGguf,
  architecture: Architecture,
  hyperparameters: Hyperparameters,
  type: BackboneType,
): string[] {
  const expected = expectedShapes(architecture, hyperparameters);
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const tensor of gguf.tensors) {
    const shape = expected.get(tensor.name);
    if (shape === undefined) faults.push(`tensor ${tensor.name} does not belong there`);
    else if (seen.has(tensor.name)) faults.push(`tensor ${tensor.name} is there twice`);
    else appendAll(faults, checkTensor(tensor, shape, type, expected));
    seen.add(tensor.name);
  }
  for (const name of expected.keys()) if (!seen.has(name)) faults.push(`tensor ${name} is missing`);
  return faults.length > 0 ? faults : checkLayout(gguf);
}

function expectedShapes(
  architecture: Architecture,
  { config, vocabSize }: Hyperparameters,
): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>([["token_embd.weight", [vocabSize, config.hiddenSize]]]);
  if (architecture.needsOutputMatrix === true) shapes.set(OUTPUT_MATRIX, [vocabSize, config.hiddenSize]);
  if (config.rope.scaling.kind === "llama3") shapes.set("rope_freqs.weight", [config.headDim / 2]);
  for (const rule of architecture.tensors(config)) {
    shapes.set(rule.name, "values" in rule ? [rule.values.length] : wholeShape(rule));
  }
  return shapes;
}

function checkTensor(
  { name, shape, typeId }: RawTensor,
  expected: readonly number[],
  type: BackboneType,
  all: ReadonlyMap<string, unknown>,
): string[] {
  if (shape.length !== expected.length || shape.some((size, axis) => size !== expected[axis])) {
    return [`tensor ${name} has shape [${shape.join(", ")}], expected [${expected.join(", ")}]`];
  }
  const allowed = name.endsWith(ROUTER)
    ? (["F32"] as const)
    : allowedTypes(type, expected.length, expected.at(-1) ?? 1, all.has(`blk.0.${ROUTER}`));
  const stored = ggmlTypeById(typeId);
  if (stored !== undefined && allowed.includes(stored)) return [];
  const found = stored ?? `type number ${typeId}`;
  return [`tensor ${name} is ${found}, expected ${[...new Set(allowed)].join(" or ")} in a ${type} backbone`];
}

function checkLayout({ tensors, headerBytes, sizeBytes }: RawGguf): string[] {
  let end = 0;
  for (const { name, shape, typeId, offset } of tensors) {
    if (offset !== end) return [`tensor ${name} begins at byte ${offset} of the data, expected ${end}`];
    const type = ggmlTypeById(typeId);
    const size = type === undefined ? 0 : tensorBytes(GGML_TYPES[type], shape);
    end += size + paddingAt(size);
  }
  const expectedSize = headerBytes + paddingAt(headerBytes) + end;
  if (sizeBytes === expectedSize) return [];
  return [`it has ${sizeBytes} bytes, expected ${expectedSize} by its list of tensors`];
}
