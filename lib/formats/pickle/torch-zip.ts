import { invalidCheckpoint, DTYPE_BYTES } from "../safetensors/safetensors-header.js";
import { CheckpointError } from "../../errors.js";
import { readAt } from "../read-at.js";
import { cursorOver, MAX_PICKLE_BYTES, type PickleSource, type SavedFile } from "./source.js";
import { stateDict } from "./state-dict.js";
import { TorchHost } from "./torch-host.js";
import { unpickle } from "./unpickle.js";
import { ZipArchive } from "./zip-archive.js";

/**
 * Reads what `torch.save` writes today: a zip archive with a pickle, `data.pkl`, and one record for each storage.
 * Source: PyTorch 2.13 torch/serialization.py, `_save` and `_load`.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`; FileError `FILE_FAILED`
 */
export async function readTorchZip(source: PickleSource): Promise<SavedFile> {
  const archive = await ZipArchive.open(source);
  if (archive.has("constants.pkl")) {
    throw unsupported(
      source,
      "is a TorchScript program (it has constants.pkl), not a state dictionary. Save the model's state_dict() with " +
        "safetensors.torch.save_file.",
    );
  }
  await checkByteOrder(archive, source);
  const { offset, sizeBytes } = await archive.record("data.pkl");
  if (sizeBytes > MAX_PICKLE_BYTES)
    throw unsupported(source, `has a data.pkl of ${sizeBytes} bytes, at most ${MAX_PICKLE_BYTES} are read.`);
  const cursor = await cursorOver(
    source,
    offset,
    sizeBytes,
    `${source.name} (${archive.fullName("data.pkl")})`,
  );
  const host = new TorchHost();
  const tensors = stateDict(unpickle(cursor, host), cursor);
  const storageOffsets = new Map<string, number>();
  for (const storage of new Set([...tensors.values()].map((tensor) => tensor.storage))) {
    const record = await archive.record(`data/${storage.key}`);
    // A storage that ends within a value: its last bytes belong to none.
    const excess = record.sizeBytes - storage.sizeBytes;
    if (!(excess >= 0 && excess < DTYPE_BYTES[storage.dtype])) {
      throw invalidCheckpoint(
        `${source.name}: record ${archive.fullName(`data/${storage.key}`)} has ${record.sizeBytes} bytes, expected ` +
          `${storage.sizeBytes} for ${storage.length} values of ${storage.dtype}.`,
        { file: source.name, record: storage.key },
      );
    }
    storageOffsets.set(storage.key, record.offset);
  }
  return { tensors, storageOffsets };
}

/** Files without the record come from before it was written, which is little-endian then. */
async function checkByteOrder(archive: ZipArchive, source: PickleSource): Promise<void> {
  if (!archive.has("byteorder")) return;
  const { offset, sizeBytes } = await archive.record("byteorder");
  const bytes = new Uint8Array(Math.min(sizeBytes, 16));
  await readAt(source.handle, source.name, offset, bytes, invalidCheckpoint);
  const order = Buffer.from(bytes).toString("latin1");
  if (order === "little") return;
  throw unsupported(
    source,
    `was written on a computer whose byte order is ${JSON.stringify(order)}; only little-endian files are read. ` +
      "Load and save it with PyTorch on a usual computer.",
  );
}

function unsupported({ name }: PickleSource, what: string): CheckpointError {
  return new CheckpointError("CHECKPOINT_UNSUPPORTED", `${name} ${what}`, { details: { file: name } });
}
