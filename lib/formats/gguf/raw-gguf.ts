import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { ModelLoadError } from "../../errors.js";
import { HeaderBytes, NeedMoreBytes } from "./header-bytes.js";
import { VALUE_TYPES, type ValueType } from "./gguf-value.js";

/**
 * A GGUF's header exactly as llama.cpp will see it: types of values, duplicates, bytes. `readGgufHeader` is for comparing values,
 * and takes a friendlier view. Source of the format: docs/gguf.md of ggml-org/ggml, version 3; ggml/src/gguf.cpp of llama.cpp v0.5.0.
 */
export interface RawGguf {
  file: string;
  sizeBytes: number;
  version: number;
  /** In the file's order; a key may come twice. */
  entries: readonly RawEntry[];
  tensors: readonly RawTensor[];
  /** Where the tensor list ends, before the padding. */
  headerBytes: number;
  /** SHA-256 of everything before that, in hexadecimal. */
  headerSha256: string;
}

/** One entry of the metadata. */
export interface RawEntry {
  key: string;
  type: ValueType;
  value: RawValue;
}
export type RawValue = number | bigint | boolean | string | RawArray;

/** An array of the metadata; vocabularies have hundreds of thousands of strings, which are read when they are looked at. */
export interface RawArray {
  of: ValueType;
  length: number;
  /** The values, from first to last. A string that is not UTF-8 is undefined. */
  read: () => Iterable<number | bigint | boolean | string | undefined>;
}

/** A value in a message. */
export function showValue(value: RawValue): string {
  if (typeof value === "object") return `an array of ${value.length} values`;
  return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value);
}

/** A tensor as the file describes it. */
export interface RawTensor {
  name: string;
  /** Row-major: the last dimension is contiguous. */
  shape: readonly number[];
  /** ggml's number of the type. */
  typeId: number;
  /** From the start of the data. */
  offset: number;
}

const MAGIC = 0x46554747;
const FIRST_READ_BYTES = 1 << 20;
/** More than any vocabulary takes: one of a million tokens with its merges and a long template. */
const MAX_HEADER_BYTES = 1 << 28;
/** Bounds for counts, far above what a backbone has: a damaged number must not become a long loop. */
const MAX_ENTRIES = 1000;
const MAX_TENSORS = 100_000;
const MAX_ARRAY = 1 << 23;
const MAX_KEY_BYTES = 1 << 10;
const MAX_TEXT_BYTES = 1 << 24;
const MAX_DIMENSIONS = 4;

/**
 * Reads a file's header.
 * @throws ModelLoadError `MODEL_NOT_FOUND`; `MODEL_INVALID` when it is no GGUF file, or its header is damaged
 */
export async function readRawGguf(file: string): Promise<RawGguf> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw new ModelLoadError("MODEL_NOT_FOUND", `${file} cannot be opened.`, { cause, details: { file } });
  });
  try {
    const { size } = await handle.stat();
    for (let length = Math.min(size, FIRST_READ_BYTES); ; length = Math.min(size, 4 * length)) {
      const bytes = await readStart(handle, file, length);
      try {
        return parse(file, size, bytes);
      } catch (error) {
        if (!(error instanceof NeedMoreBytes)) throw error;
        if (length === size)
          throw invalidGguf(file, "its header goes on after the file's end: it is truncated");
        if (length >= MAX_HEADER_BYTES) {
          throw invalidGguf(file, `its header would be longer than ${MAX_HEADER_BYTES} bytes`);
        }
      }
    }
  } finally {
    await handle.close();
  }
}

async function readStart(handle: FileHandle, file: string, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, done).catch((cause: unknown) => {
      throw invalidGguf(file, "it cannot be read", { cause });
    });
    if (bytesRead === 0) throw invalidGguf(file, `it ends at byte ${done}`);
    done += bytesRead;
  }
  return bytes;
}

function parse(file: string, sizeBytes: number, bytes: Buffer): RawGguf {
  const header = new HeaderBytes(bytes, (fault) => invalidGguf(file, fault));
  if (header.u32() !== MAGIC) throw invalidGguf(file, "it is no GGUF file");
  const version = header.u32();
  // In version 1 the counts are narrower, and in a big-endian file everything is turned round.
  if (version !== 2 && version !== 3) throw invalidGguf(file, `its GGUF version is ${version}, expected 3`);
  const tensorCount = header.count("tensors", MAX_TENSORS);
  const entryCount = header.count("metadata entries", MAX_ENTRIES);
  const entries = Array.from({ length: entryCount }, () => readEntry(header));
  const tensors = Array.from({ length: tensorCount }, () => readTensor(header));
  return {
    file,
    sizeBytes,
    version,
    entries,
    tensors,
    headerBytes: header.position,
    headerSha256: createHash("sha256").update(bytes.subarray(0, header.position)).digest("hex"),
  };
}

function readEntry(header: HeaderBytes): RawEntry {
  const key = header.text("a metadata key", MAX_KEY_BYTES);
  const type = readType(header, key);
  if (type !== "array") return { key, type, value: readScalar(header, type, key) };
  const of = readType(header, key);
  if (of === "array") throw header.fault(`${key} is an array of arrays`);
  const length = header.count(`values of ${key}`, MAX_ARRAY);
  const start = header.position;
  if (of === "string") for (let i = 0; i < length; i++) header.skipText(key, MAX_TEXT_BYTES);
  else header.skip(length * header.sizeOf(of));
  return {
    key,
    type,
    value: { of, length, read: () => readArray(header.from(start), of, length) },
  };
}

function* readArray(
  header: HeaderBytes,
  of: Exclude<ValueType, "array">,
  length: number,
): Iterable<number | bigint | boolean | string | undefined> {
  for (let i = 0; i < length; i++) {
    yield of === "string" ? header.textOrUndefined(MAX_TEXT_BYTES) : header.number(of);
  }
}

function readScalar(
  header: HeaderBytes,
  type: Exclude<ValueType, "array">,
  key: string,
): number | bigint | boolean | string {
  return type === "string" ? header.text(key, MAX_TEXT_BYTES) : header.number(type);
}

function readType(header: HeaderBytes, key: string): ValueType {
  const id = header.u32();
  const type = VALUE_TYPES[id];
  if (type === undefined) throw header.fault(`${key} has the unknown value type ${id}`);
  return type;
}

function readTensor(header: HeaderBytes): RawTensor {
  const name = header.text("a tensor's name", MAX_KEY_BYTES);
  const dimensions = header.u32();
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
    throw header.fault(`tensor ${name} has ${dimensions} dimensions`);
  }
  const shape = Array.from({ length: dimensions }, () => header.size(`tensor ${name}`));
  return {
    name,
    shape: shape.reverse(),
    typeId: header.u32(),
    offset: header.size(`the offset of tensor ${name}`),
  };
}

/** The error for a GGUF that is not handed to llama.cpp. */
export function invalidGguf(
  file: string,
  fault: string,
  { cause, faults }: { cause?: unknown; faults?: readonly string[] } = {},
): ModelLoadError {
  return new ModelLoadError(
    "MODEL_INVALID",
    `${file} cannot be used: ${fault}. Convert the checkpoint again, or copy the file again.`,
    { cause, details: { file, ...(faults && { faults }) } },
  );
}
