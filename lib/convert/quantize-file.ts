import { availableParallelism } from "node:os";
import { statfs } from "node:fs/promises";
import path from "node:path";
import { fromNative } from "../score/native/from-native.js";
import { fileError } from "../util/caught.js";
import { loadAddon } from "../score/native/binding.js";
import type { NativeImportance } from "../score/native/native-addon.js";
import type { Progress } from "../score/score.js";
import type { QuantizedType } from "../model/architecture/backbone-type.js";
import { hashFile, type FileHash } from "../util/files/hash-file.js";
import { syncFile } from "../util/files/write-whole.js";

/** A GGUF to quantize. */
export interface QuantizeJob {
  /** Unquantized. */
  input: string;
  output: string;
  type: QuantizedType;
  /** Names of matrices that stay in 16 bits, and in which. */
  kept?: readonly string[] | undefined;
  keptType?: "f16" | "bf16" | undefined;
  /** How much each column of a matrix matters; q8_0 makes no use of it. */
  importance?: readonly NativeImportance[] | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Bytes that may be free on a disk that has no room for the next tensor: file systems give out whole blocks. */
const LEFT_ON_FULL_DISK = 1 << 20;

/**
 * Quantizes with llama.cpp's own quantizer, which holds one tensor at a time in float32. It cannot be interrupted: an abort takes
 * effect when it is done.
 * @throws CheckpointError `CONVERSION_FAILED`; FileError `FILE_FAILED`; `signal.reason`
 */
export async function quantizeFile({
  input,
  output,
  type,
  kept = [],
  keptType = "f16",
  importance = [],
  signal,
  onProgress,
}: QuantizeJob): Promise<FileHash> {
  signal?.throwIfAborted();
  onProgress?.({ phase: "quantize", unit: "backbones", done: 0, total: 1 });
  await loadAddon()
    .quantize({ input, output, type, threads: availableParallelism(), kept, keptType, importance })
    .catch(async (error: unknown) => {
      if (await isDiskFull(output)) throw fileError("write", output, diskFull());
      throw fromNative(error);
    });
  signal?.throwIfAborted();
  await syncFile(output).catch((cause: unknown) => {
    throw fileError("write", output, cause);
  });
  onProgress?.({ phase: "quantize", unit: "backbones", done: 1, total: 1 });
  return hashFile(output);
}

/** llama.cpp tells a full disk no other way than a damaged input. What it wrote is still there. */
async function isDiskFull(file: string): Promise<boolean> {
  const { blocks, bavail, bsize } = await statfs(path.dirname(file));
  // Some network file systems say nothing about their size.
  return blocks > 0 && bavail * bsize < LEFT_ON_FULL_DISK;
}

function diskFull(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
}
