import { open, rm } from "node:fs/promises";
import { RewardError } from "../../errors.js";
import { GgufData, readGgufHeader } from "../../formats/gguf/gguf-reader.js";
import { fileError } from "../../util/caught.js";
import type { NativeImportance } from "../../score/native/native-addon.js";
import { writeAt } from "../../util/files/write-at.js";
import { quantizeFile } from "../quantize-file.js";
import type { FittedJob } from "./fitted-job.js";

/** Writes the scratch file of a job: some matrices in 16 bits, the others as the output has them. */
export async function mixTypes(
  { input, sourceType, output, scratch, type, signal }: FittedJob,
  kept: readonly string[],
  importance: readonly NativeImportance[] | undefined,
): Promise<void> {
  await rm(scratch, { force: true });
  const keptType = sourceType === "bf16" ? "bf16" : "f16";
  await quantizeFile({ input, output: scratch, type, kept, keptType, importance, signal });
  const [from, to] = await Promise.all([readGgufHeader(output), readGgufHeader(scratch)]);
  const data = await GgufData.open(output);
  const handle = await open(scratch, "r+").catch((cause: unknown) => {
    throw fileError("write", scratch, cause);
  });
  try {
    for (const { name, type: mixed, offset } of to.tensors.values()) {
      const rounded = from.tensors.get(name);
      if (rounded?.sizeBytes === undefined || rounded.type !== mixed || mixed === undefined) continue;
      const blocks = await data.read(rounded.offset, new Uint8Array(rounded.sizeBytes));
      await writeAt(handle, scratch, offset, blocks);
    }
    await handle.sync();
  } catch (cause) {
    throw cause instanceof RewardError ? cause : fileError("write", scratch, cause);
  } finally {
    await Promise.all([data.close(), handle.close()]);
  }
}
