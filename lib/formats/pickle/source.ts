import type { FileHandle } from "node:fs/promises";
import { readAt } from "../read-at.js";
import { invalidCheckpoint } from "../safetensors/safetensors-header.js";
import { PickleCursor } from "./cursor.js";
import type { SavedTensor } from "./torch-tensor.js";

/**
 * Longest pickle that is read: some two hundred bytes for a tensor, so a hundred thousand tensors fit. Values are not part of it.
 */
export const MAX_PICKLE_BYTES = 1 << 25;

/** An open file to be read as one of `torch.save`. */
export interface PickleSource {
  handle: FileHandle;
  /** For messages. */
  name: string;
  sizeBytes: number;
}

/** What a file of `torch.save` holds. */
export interface SavedFile {
  /** By name, as saved. */
  tensors: ReadonlyMap<string, SavedTensor>;
  /** From the file's start, by key of a storage. */
  storageOffsets: ReadonlyMap<string, number>;
}

/** A cursor over a stretch of a file. @param label what it is, for messages */
export async function cursorOver(
  { handle, name }: PickleSource,
  offset: number,
  sizeBytes: number,
  label = name,
): Promise<PickleCursor> {
  const bytes = await readAt(handle, name, offset, new Uint8Array(sizeBytes), invalidCheckpoint);
  return new PickleCursor(bytes, label);
}
