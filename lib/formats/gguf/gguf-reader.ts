import { open, stat, type FileHandle } from "node:fs/promises";
import { gguf } from "@huggingface/gguf";
import { ModelLoadError } from "../../errors.js";
import { restoreByteOrderMarks } from "./gguf-strings.js";
import { GGML_TYPES, ggmlTypeById, type GgmlTypeName } from "./gguf-types.js";
import { tensorBytes } from "./gguf-writer.js";
import { messageOf } from "../../util/caught.js";

/** A tensor of a GGUF file. */
export interface GgufTensorInfo {
  name: string;
  /** Row-major: the last dimension is contiguous. */
  shape: readonly number[];
  /** Undefined for a type this package does not read. */
  type: GgmlTypeName | undefined;
  /** ggml's number of the type. */
  typeId: number;
  /** From the file's start. */
  offset: number;
  /** Undefined when the type is. */
  sizeBytes: number | undefined;
}

/** Everything about a GGUF file but the tensors' data. */
export interface GgufHeader {
  file: string;
  sizeBytes: number;
  /** Numbers, strings, booleans, bigints and arrays of them. */
  metadata: ReadonlyMap<string, unknown>;
  tensors: ReadonlyMap<string, GgufTensorInfo>;
}

/** What the parser adds to the metadata of its own. */
const PARSER_KEYS = new Set(["version", "tensor_count", "kv_count"]);

/**
 * Reads the header of a local GGUF file, with `@huggingface/gguf`, which bounds what a damaged file can make it allocate.
 * @throws ModelLoadError `MODEL_NOT_FOUND`; `MODEL_INVALID` for what is no GGUF file, or a truncated one
 */
export async function readGgufHeader(file: string): Promise<GgufHeader> {
  const stats = await stat(file).catch((cause: unknown) => {
    throw new ModelLoadError("MODEL_NOT_FOUND", `${file} cannot be opened.`, { cause, details: { file } });
  });
  const parsed = await gguf(file, { allowLocalFile: true }).catch((cause: unknown) => {
    const reason = messageOf(cause);
    throw invalid(file, `it is no GGUF file, or a damaged one (${reason})`, cause);
  });
  const dataStart = Number(parsed.tensorDataOffset);
  const tensors = parsed.tensorInfos.map(({ name, shape, dtype, offset }) => {
    const type = ggmlTypeById(dtype);
    const rowMajor = shape.map(Number).reverse();
    const sizeBytes = type === undefined ? undefined : tensorBytes(GGML_TYPES[type], rowMajor);
    return {
      name,
      shape: rowMajor,
      type,
      typeId: dtype,
      offset: dataStart + Number(offset),
      sizeBytes,
    };
  });
  for (const { name, offset, sizeBytes = 0 } of tensors) {
    if (offset + sizeBytes <= stats.size) continue;
    throw invalid(
      file,
      `it is truncated: tensor ${name} ends at byte ${offset + sizeBytes}, the file at ${stats.size}`,
    );
  }
  const metadata = new Map(Object.entries(parsed.metadata).filter(([key]) => !PARSER_KEYS.has(key)));
  return {
    file,
    sizeBytes: stats.size,
    metadata: restoreByteOrderMarks(metadata, await readStart(file, dataStart)),
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
  };
}

async function readStart(file: string, sizeBytes: number): Promise<Buffer> {
  const data = await GgufData.open(file);
  try {
    const bytes = Buffer.alloc(sizeBytes);
    await data.read(0, bytes);
    return bytes;
  } finally {
    await data.close();
  }
}

/** The data of a GGUF file's tensors, in pieces. Close it. */
export class GgufData {
  readonly #file: string;
  readonly #handle: FileHandle;

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  static async open(file: string): Promise<GgufData> {
    return new GgufData(file, await open(file, "r"));
  }

  /** Fills `target` with the bytes at `offset`, and returns it. @throws ModelLoadError `MODEL_INVALID` at the file's end */
  async read(offset: number, target: Uint8Array): Promise<Uint8Array> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw invalid(this.#file, `it ends at byte ${offset + done}`);
      done += bytesRead;
    }
    return target;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function invalid(file: string, fault: string, cause?: unknown): ModelLoadError {
  return new ModelLoadError("MODEL_INVALID", `${file} cannot be used: ${fault}. Copy or convert it again.`, {
    cause,
    details: { file },
  });
}
