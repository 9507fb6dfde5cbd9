import { CheckpointError, HeadLoadError } from "../../errors.js";
import { repeatedKey } from "../json/repeated-key.js";
import { decodeUtf8 } from "../../util/utf8.js";
import type { TensorDtype, TensorInfo } from "./tensor.js";
import { messageOf } from "../../util/caught.js";

/**
 * The safetensors format, as far as it is not JSON: 8 bytes with the header's length, the header, the data.
 * Source: the format's README and its reference implementation (huggingface/safetensors), whose limits these are.
 * An own reader, because `@huggingface/hub` reads headers only over HTTP, trusts offsets and lengths, and never reads data.
 */

/** Longest header the reference implementation accepts. */
const MAX_HEADER_BYTES = 100_000_000;
/** Bytes in front of the header. */
export const LENGTH_BYTES = 8;
/** Key of the header's own metadata, which is no tensor. */
export const METADATA_KEY = "__metadata__";

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<TensorDtype, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** A tensor and where its bytes lie in the file. */
export interface StoredTensor extends TensorInfo {
  /** Of the first value, from the file's start. */
  offset: number;
  /** Values from one index to the next, by axis, where the values do not lie row by row without gaps. */
  strides?: readonly number[];
  /** Type in the file, where the values are read in another one: what an adapter is merged into. */
  storedDtype?: TensorDtype;
}

/** Makes the error for a file that cannot be trusted: its class depends on what the file is for. */
export type InvalidFile = (
  message: string,
  details: Readonly<Record<string, unknown>>,
  /** What to do, where the usual advice would not help. */
  advice?: string,
) => Error;

/** {@link InvalidFile} for a file of a checkpoint. */
export const invalidCheckpoint: InvalidFile = (message, details, advice = "Download the file again.") =>
  new CheckpointError("CHECKPOINT_INVALID", `${message} ${advice}`.trimEnd(), { details });

/** {@link InvalidFile} for the head of a model folder. */
export const invalidHead: InvalidFile = (message, details, advice = "Convert the checkpoint again.") =>
  new HeadLoadError("HEAD_INVALID", `${message} ${advice}`.trimEnd(), { details });

/** What a header says. */
export interface SafetensorsHeader {
  /** By offset. */
  tensors: StoredTensor[];
  /** The entries of `__metadata__` that are text; the format allows no others. */
  metadata: ReadonlyMap<string, string>;
}

/**
 * Length of the JSON header, from the file's first bytes.
 * @throws what `invalid` makes, when the length cannot be true
 */
export function headerLength(
  file: string,
  start: Uint8Array,
  fileSize: number,
  invalid: InvalidFile,
): number {
  if (start.length < LENGTH_BYTES) {
    throw invalid(`${file} is no safetensors file: it has only ${fileSize} bytes.`, { file, fileSize });
  }
  const length = new DataView(start.buffer, start.byteOffset, start.byteLength).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER_BYTES, fileSize - LENGTH_BYTES))) {
    throw invalid(
      `${file} is damaged or no safetensors file: it claims a header of ${String(length)} bytes, ` +
        `but has ${fileSize} bytes in all (a header is at most ${MAX_HEADER_BYTES} bytes long).`,
      { file, fileSize, headerLength: String(length) },
    );
  }
  return Number(length);
}

/**
 * Checks a header and lists its tensors. Every byte of the data must belong to exactly one tensor.
 * @param json the header's bytes
 * @throws what `invalid` makes, naming file, tensor and values; CheckpointError `CHECKPOINT_UNSUPPORTED` for an element type
 * this package does not know (8-bit floats)
 */
export function parseHeader(
  file: string,
  json: Uint8Array,
  fileSize: number,
  invalid: InvalidFile,
): SafetensorsHeader {
  const dataStart = LENGTH_BYTES + json.length;
  const header = parseObject(file, json, invalid);
  const entries = Object.entries(header).filter(([name]) => name !== METADATA_KEY);
  const tensors = entries.map(([name, entry]) => parseTensor(file, name, entry, dataStart, invalid));
  tensors.sort((a, b) => a.offset - b.offset || a.sizeBytes - b.sizeBytes);
  let end = dataStart;
  for (const tensor of tensors) {
    if (tensor.offset !== end) {
      throw invalid(
        `${file}: tensor ${tensor.name} begins at byte ${tensor.offset}, expected ${end}: ` +
          "tensors overlap or bytes belong to none.",
        { file, tensor: tensor.name, offset: tensor.offset, expectedOffset: end },
      );
    }
    end += tensor.sizeBytes;
  }
  if (end !== fileSize) {
    const fault = end > fileSize ? "is truncated" : "has extra bytes at its end";
    throw invalid(`${file} ${fault}: its tensors end at byte ${end}, the file at ${fileSize}.`, {
      file,
      fileSize,
      expectedSize: end,
    });
  }
  return { tensors, metadata: textEntries(header[METADATA_KEY]) };
}

function textEntries(value: unknown): Map<string, string> {
  return new Map(
    Object.entries(value ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function parseObject(file: string, json: Uint8Array, invalid: InvalidFile): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = decodeUtf8(json);
    value = JSON.parse(text);
  } catch (cause) {
    const reason = messageOf(cause);
    throw invalid(`${file}: the header is not valid JSON (${reason}).`, { file });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`${file}: the header is not a JSON object.`, { file });
  }
  const repeated = repeatedKey(text);
  if (repeated !== undefined) {
    throw invalid(`${file}: the header has tensor ${repeated} twice.`, { file, tensor: repeated });
  }
  return value as Record<string, unknown>;
}

function parseTensor(
  file: string,
  name: string,
  entry: unknown,
  dataStart: number,
  invalid: InvalidFile,
): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const isDescribed = typeof dtype === "string" && isSizes(shape) && isSizes(offsets) && offsets.length === 2;
  if (!isDescribed) {
    throw invalid(`${file}: the header's entry for tensor ${name} is malformed: ${JSON.stringify(entry)}.`, {
      file,
      tensor: name,
    });
  }
  if (!(dtype in DTYPE_BYTES)) {
    throw new CheckpointError(
      "CHECKPOINT_UNSUPPORTED",
      `${file}: tensor ${name} is stored as ${dtype}. Only ${Object.keys(DTYPE_BYTES).join(", ")} can be read: ` +
        "use the checkpoint in F32, F16 or BF16.",
      { details: { file, tensor: name, dtype } },
    );
  }
  const [begin = 0, end = 0] = offsets;
  const sizeBytes = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype as TensorDtype]);
  if (end - begin !== sizeBytes) {
    throw invalid(
      `${file}: tensor ${name} is ${dtype} [${shape.join(", ")}], which is ${sizeBytes} bytes, but lies from ${begin} to ${end}.`,
      { file, tensor: name, dtype, shape, begin, end },
    );
  }
  return { name, dtype: dtype as TensorDtype, shape, sizeBytes, offset: dataStart + begin };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
