import type { RowReader } from "../../formats/safetensors/tensor.js";
import { HeadLoadError } from "../../errors.js";
import { expectFinite } from "./head-tensors.js";

const WHOLE: ReadonlySet<string> = new Set(["I64", "I32", "U8", "I8", "I16", "U16", "U32", "U64", "BOOL"]);

/**
 * Checks what a head's file holds, whatever the head: every tensor that its formula uses and no other, none of them empty,
 * all values finite. Conversion, `verify` and loading ask for the same, so that what is made can be loaded. Shapes are
 * the definition's affair.
 * @param names tensors of the head, see `HeadDefinition.tensorNames`
 * @throws HeadLoadError `HEAD_INVALID`
 */
export async function checkHeadTensors(reader: RowReader, names: readonly string[]): Promise<void> {
  const used = new Set(names);
  const stray = [...reader.tensors.keys()].filter((name) => !used.has(name));
  if (stray.length > 0) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head has tensors that nothing uses: ${stray.slice(0, 5).join(", ")}. It is another head's, or damaged: ` +
        "convert the checkpoint again.",
      { details: { tensors: stray } },
    );
  }
  for (const name of used) {
    const tensor = reader.tensors.get(name);
    if (tensor?.shape.some((size) => size === 0) === true) {
      throw new HeadLoadError(
        "HEAD_INVALID",
        `The head's tensor ${name} is empty. Convert the checkpoint again.`,
        {
          details: { tensor: name },
        },
      );
    }
    // Counters, of batch normalization say, are whole numbers.
    if (tensor === undefined || !WHOLE.has(tensor.dtype)) await expectFinite(reader, name);
  }
}
