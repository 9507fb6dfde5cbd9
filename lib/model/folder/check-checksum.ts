import path from "node:path";
import { ModelLoadError } from "../../errors.js";
import type { Progress } from "../../score/score.js";
import { hashFile } from "../../util/files/hash-file.js";
import { recallChecksum, rememberChecksum } from "./checksum-memory.js";
import { fileError } from "../../util/caught.js";
import { REWARD_JSON } from "./file-names.js";
import { stampOf } from "../../util/files/file-stamp.js";
import type { FileRecord } from "./reward-json.js";

/** What checking files may be told. */
export interface CheckOptions {
  signal?: AbortSignal | undefined;
  /** Phase `check`, in bytes; none when every checksum is known already. An error it throws fails the call. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Compares files with their recorded checksums. Each is read once, on another thread; as long as a file does not change, that is
 * remembered.
 * @throws ModelLoadError `MODEL_INVALID` naming the file and both checksums; FileError `FILE_FAILED`; `signal.reason`
 */
export async function checkChecksums(
  modelDir: string,
  records: readonly FileRecord[],
  { signal, onProgress }: CheckOptions,
): Promise<void> {
  const unknown: FileRecord[] = [];
  for (const record of records) {
    signal?.throwIfAborted();
    const known = await recallChecksum(path.join(modelDir, record.file));
    if (known === undefined) unknown.push(record);
    else expectEqual(modelDir, record, known);
  }
  const total = unknown.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  for (const record of unknown) {
    const sha256 = await readChecksum(path.join(modelDir, record.file), signal, (bytes) => {
      onProgress?.({ phase: "check", unit: "bytes", done: Math.min(done + bytes, total), total });
    });
    expectEqual(modelDir, record, sha256);
    done += record.sizeBytes;
  }
}

async function readChecksum(
  file: string,
  signal: AbortSignal | undefined,
  onBytes: (done: number) => void,
): Promise<string> {
  const readAtMs = Date.now();
  const before = await stampOf(file).catch((cause: unknown) => {
    throw fileError("read", file, cause);
  });
  const { sha256 } = await hashFile(file, { signal, onBytes });
  await rememberChecksum(file, sha256, before, readAtMs);
  return sha256;
}

function expectEqual(modelDir: string, { file, sha256: recorded }: FileRecord, actual: string): void {
  if (actual === recorded) return;
  throw new ModelLoadError(
    "MODEL_INVALID",
    `${path.join(modelDir, file)} is not the file that was converted: its SHA-256 checksum is ${actual}, ${REWARD_JSON} says ${recorded}. ` +
      "It was damaged or exchanged, and would give other rewards: copy the model folder again, or convert the checkpoint again.",
    { details: { file, actual, recorded } },
  );
}
