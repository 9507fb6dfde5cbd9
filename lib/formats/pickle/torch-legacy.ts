import type { PickleCursor } from "./cursor.js";
import { cursorOver, MAX_PICKLE_BYTES, type PickleSource, type SavedFile } from "./source.js";
import { stateDict } from "./state-dict.js";
import { TorchHost } from "./torch-host.js";
import { unpickle } from "./unpickle.js";
import { kindOf, PyDict, PyList } from "./values.js";

/** What the first two pickles hold. Source: PyTorch 2.13 torch/serialization.py, MAGIC_NUMBER, PROTOCOL_VERSION. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** Bytes of the number of values in front of each storage's. */
const LENGTH_BYTES = 8;

/**
 * Reads what `torch.save` wrote before PyTorch 1.6, and still does where it is asked to: five pickles (a magic number, a version,
 * the system, the object, the keys of its storages), then the storages in the order of their keys.
 * Source: PyTorch 2.13 torch/serialization.py, `_legacy_save` and `_legacy_load`; torch/csrc/serialization.cpp.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`; FileError `FILE_FAILED`
 */
export async function readTorchLegacy(source: PickleSource): Promise<SavedFile> {
  const cursor = await cursorOver(source, 0, Math.min(source.sizeBytes, MAX_PICKLE_BYTES));
  const host = new TorchHost();
  const magic = unpickle(cursor, host);
  if (magic !== MAGIC_NUMBER) {
    throw cursor.unsupported(
      `it is a pickle of ${kindOf(magic)} that torch.save did not write. Load it in Python, if you trust it, and save its ` +
        "weights with safetensors.torch.save_file.",
    );
  }
  const version = unpickle(cursor, host);
  if (version !== PROTOCOL_VERSION)
    throw cursor.unsupported(`it is of version ${String(version)}, expected ${PROTOCOL_VERSION}.`);
  checkByteOrder(unpickle(cursor, host), cursor);
  const saved = unpickle(cursor, host);
  const keys = unpickle(cursor, host);
  const tensors = stateDict(saved, cursor);
  return { tensors, storageOffsets: await findStorages(keys, host, cursor, source) };
}

function checkByteOrder(system: unknown, cursor: PickleCursor): void {
  const isLittle = system instanceof PyDict ? system.entries.get("little_endian") : undefined;
  if (isLittle === true) return;
  throw cursor.unsupported(
    isLittle === false
      ? "it was written on a big-endian computer; only little-endian files are read. Load and save it with PyTorch on a usual computer."
      : "it does not say the byte order of its values.",
  );
}

async function findStorages(
  keys: unknown,
  { storages }: TorchHost,
  cursor: PickleCursor,
  source: PickleSource,
): Promise<Map<string, number>> {
  if (!(keys instanceof PyList)) throw cursor.invalid(`the keys of its storages are ${kindOf(keys)}`);
  const offsets = new Map<string, number>();
  let position = cursor.position;
  for (const key of keys.items) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined || offsets.has(storage.key))
      throw cursor.invalid(
        `storage ${String(key)} is listed, and either nothing uses it or it is listed twice`,
      );
    const length = await lengthAt(source, position, cursor);
    if (length !== BigInt(storage.length)) {
      throw cursor.invalid(
        `storage ${storage.key} has ${length} values at byte ${position}, expected ${storage.length}`,
      );
    }
    offsets.set(storage.key, position + LENGTH_BYTES);
    position += LENGTH_BYTES + storage.sizeBytes;
  }
  const missing = [...storages.keys()].find((key) => !offsets.has(key));
  if (missing !== undefined) throw cursor.invalid(`storage ${missing} is not there`);
  if (position !== source.sizeBytes) {
    throw cursor.invalid(`its storages end at byte ${position}, the file at ${source.sizeBytes}`);
  }
  return offsets;
}

async function lengthAt(source: PickleSource, position: number, cursor: PickleCursor): Promise<bigint> {
  if (position + LENGTH_BYTES > source.sizeBytes)
    throw cursor.invalid(`its storages go on at byte ${position}, the file ends at ${source.sizeBytes}`);
  const { bytes } = await cursorOver(source, position, LENGTH_BYTES);
  return new DataView(bytes.buffer).getBigInt64(0, true);
}
