import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { CheckpointError, RewardError } from "../../errors.js";
import { messageOf } from "../../util/caught.js";
import { readAt } from "../read-at.js";
import { invalidCheckpoint } from "../safetensors/safetensors-header.js";
import type { PickleSource } from "./source.js";

/** Where a record's bytes lie in the file. */
export interface ZipRecord {
  offset: number;
  sizeBytes: number;
}

/** Most records: one for each storage, and checkpoints have at most some hundred thousand tensors. */
const MAX_RECORDS = 1 << 18;

/** Bit of the flags: sizes follow the data. Size that stands for one in the zip64 fields. Source: APPNOTE.TXT 6.3.10, 4.4.4, 4.5.3 */
const SIZES_FOLLOW = 1 << 3;
const IN_ZIP64 = 0xffffffff;

/**
 * A zip archive whose records are stored as they are, as `torch.save` writes it. The central directory is read by `yauzl`, which
 * follows the format strictly (zip64, names, bounds) and tells where data lie; nothing is unpacked. Checksums of records are not
 * looked at: PyTorch can be told to leave them out (torch.serialization.set_crc32_options).
 */
export class ZipArchive {
  /** Name of the archive inside of itself, which stands before every record's. */
  readonly #root: string;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #zip: ZipFile;
  readonly #source: PickleSource;

  private constructor(source: PickleSource, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#root = rootOf(entries.keys(), source);
    this.#entries = entries;
    this.#zip = zip;
    this.#source = source;
  }

  /** @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`; FileError `FILE_FAILED` */
  static async open(source: PickleSource): Promise<ZipArchive> {
    try {
      const reader = new HandleReader(source);
      const zip = await fromRandomAccessReaderPromise(reader, source.sizeBytes, {
        autoClose: false,
        strictFileNames: true,
      });
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        if (entries.has(entry.fileName)) throw new Error(`it has the record ${entry.fileName} twice`);
        if (entries.size === MAX_RECORDS) throw new Error(`it has more than ${MAX_RECORDS} records`);
        entries.set(entry.fileName, entry);
      }
      return new ZipArchive(source, zip, entries);
    } catch (error) {
      throw damaged(source, error);
    }
  }

  has(name: string): boolean {
    return this.#entries.has(this.#root + name);
  }

  /** Name of a record in the whole archive, for messages. */
  fullName(name: string): string {
    return this.#root + name;
  }

  /** Where a record lies, by both of its headers. @throws CheckpointError when it is not there, compressed, or damaged */
  async record(name: string): Promise<ZipRecord> {
    const source = this.#source;
    const entry = this.#entries.get(this.#root + name);
    if (entry === undefined) throw damaged(source, new Error(`it has no record ${this.#root}${name}`));
    if (entry.compressionMethod !== 0 || entry.isEncrypted()) {
      throw new CheckpointError(
        "CHECKPOINT_UNSUPPORTED",
        `${source.name}: record ${entry.fileName} is compressed or encrypted. torch.save stores records as they are: the file was ` +
          "packed again by another program. Unpack it, or load and save it in Python.",
        { details: { file: source.name, record: entry.fileName } },
      );
    }
    try {
      const header = await this.#zip.readLocalFileHeaderPromise(entry);
      const sizes = [
        entry.compressedSize,
        IN_ZIP64,
        ...(header.generalPurposeBitFlag & SIZES_FOLLOW ? [0] : []),
      ];
      const agrees =
        header.compressionMethod === 0 &&
        header.fileName.equals(entry.fileNameRaw) &&
        sizes.includes(header.compressedSize) &&
        sizes.includes(header.uncompressedSize);
      if (!agrees) throw new Error(`the two headers of record ${entry.fileName} differ`);
      return { offset: header.fileDataStart, sizeBytes: entry.compressedSize };
    } catch (error) {
      throw damaged(source, error);
    }
  }
}

/** Reads through the handle that is open already, and only inside the file: offsets in a damaged one can be any number. */
class HandleReader extends RandomAccessReader {
  readonly #source: PickleSource;

  constructor(source: PickleSource) {
    super();
    this.#source = source;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const { handle, name, sizeBytes } = this.#source;
    if (!(position + length <= sizeBytes)) {
      setImmediate(callback, new Error(`it ends at byte ${sizeBytes}, expected ${position + length}`));
      return;
    }
    readAt(handle, name, position, buffer.subarray(offset, offset + length), invalidCheckpoint).then(
      () => {
        callback(null);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }
}

function rootOf(names: Iterable<string>, { name: file }: PickleSource): string {
  const all = [...names];
  const roots = all.flatMap((name) => /^([^/]+\/)data\.pkl$/.exec(name)?.[1] ?? []);
  const [root, ...others] = roots;
  if (root !== undefined && others.length === 0) return root;
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `${file} is a zip archive with ${roots.length} records data.pkl, expected one: it was not written by torch.save ` +
      `(it holds ${all.slice(0, 3).join(", ")}).`,
    { details: { file } },
  );
}

function damaged({ name }: PickleSource, error: unknown): Error {
  if (error instanceof RewardError) return error;
  return invalidCheckpoint(`${name} is a damaged zip archive: ${messageOf(error)}.`, { file: name });
}
