import { stat } from "node:fs/promises";
import { InvalidArgumentError } from "../../errors.js";
import { readGgufHeader } from "../../formats/gguf/gguf-reader.js";
import type { FittedJob } from "./fitted-job.js";
import { keptBytes } from "./measure-groups.js";

/**
 * What there is room for in a quantized file, in bytes.
 * @throws InvalidArgumentError it is too large as it is
 */
export async function roomFor(
  file: string,
  { input, maxSize }: Pick<FittedJob, "input" | "maxSize">,
): Promise<number> {
  if (maxSize === undefined) return Infinity;
  const whole = await sixteenBitBytes(input);
  const { size } = await stat(file);
  const room = Math.floor(maxSize * whole) - size;
  if (room >= 0) return room;
  throw new InvalidArgumentError(
    `Expected at least ${(Math.ceil((1000 * size) / whole) / 1000).toFixed(3)} for the largest size, which is what the type itself takes of ` +
      `the file in 16 bits, but received ${maxSize}. Use a larger one, or a smaller type.`,
  );
}

/** The size of a backbone, were its matrices in 16 bits. */
async function sixteenBitBytes(input: string): Promise<number> {
  const [{ size }, { tensors }] = await Promise.all([stat(input), readGgufHeader(input)]);
  return [...tensors.values()]
    .filter(({ type, shape }) => type === "F32" && shape.length > 1)
    .reduce((sum, tensor) => sum - (tensor.sizeBytes ?? 0) + keptBytes(tensor), size);
}
