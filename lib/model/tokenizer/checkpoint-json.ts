import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { CheckpointError } from "../../errors.js";
import { lfsPointerMessage, parseLfsPointer } from "../../util/files/lfs-pointer.js";
import { decodeUtf8 } from "../../util/utf8.js";
import { messageOf } from "../../util/caught.js";
import { firstProblem } from "../../util/zod-problems.js";

/**
 * A JSON file of a checkpoint folder, checked against a schema, or undefined when the folder has no such file.
 * @throws CheckpointError `CHECKPOINT_INVALID` naming the file and the field: unreadable, not JSON, wrong type.
 */
export async function readCheckpointJson<T>(
  checkpointDir: string,
  file: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const text = await readCheckpointText(checkpointDir, file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `${file} is not valid JSON (${messageOf(cause)}). Download it again.`,
      { cause, details: { file } },
    );
  }
  if (isDeeperThan(value, MAX_DEPTH))
    throw invalidField(file, "(root)", `nested more than ${MAX_DEPTH} levels deep`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { field, fault } = firstProblem(parsed.error, "(root)");
  throw invalidField(file, field, fault);
}

/** As deep as the tokenizers library reads. Source: serde_json 1.0, `Deserializer`'s recursion limit. */
const MAX_DEPTH = 128;

/** Looks level by level: a nest of ten thousand would overflow the stack of whoever walks it by recursion. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level = [value].filter(isNest);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= limit) return true;
    level = level.flatMap((nest) => Object.values(nest).filter(isNest));
  }
  return false;
}

function isNest(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * A text file of a checkpoint folder, or undefined when the folder has no such file. A byte order mark stays: Python reads a
 * template with it, and refuses JSON.
 * @throws CheckpointError `CHECKPOINT_INVALID` when it exists and cannot be read, or is not UTF-8.
 */
export async function readCheckpointText(checkpointDir: string, file: string): Promise<string | undefined> {
  const bytes = await readCheckpointBytes(checkpointDir, file);
  if (bytes === undefined) return undefined;
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new CheckpointError("CHECKPOINT_INVALID", `${file} is not valid UTF-8. Download it again.`, {
      cause,
      details: { file },
    });
  }
}

/**
 * A file of a checkpoint folder, or undefined when the folder has no such file.
 * @throws CheckpointError `CHECKPOINT_INVALID` when it exists and cannot be read, or is a Git LFS pointer.
 */
export async function readCheckpointBytes(
  checkpointDir: string,
  file: string,
): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(checkpointDir, file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `${file} cannot be read: ${messageOf(cause)}. Download it again.`,
      {
        cause,
        details: { file },
      },
    );
  }
  const pointer = parseLfsPointer(bytes);
  if (pointer === undefined) return bytes;
  throw new CheckpointError("CHECKPOINT_INVALID", lfsPointerMessage(file, pointer), { details: { file } });
}

/** The error for a field of a checkpoint file that does not hold what it must. */
export function invalidField(file: string, field: string, problem: string): CheckpointError {
  return new CheckpointError(
    "CHECKPOINT_INVALID",
    `${file}: ${field}: ${problem}. The file is damaged or of another kind; download it again.`,
    { details: { file, field } },
  );
}

/** The error for a tokenizer that is sound and that llama.cpp cannot reproduce. */
export function unsupported(message: string, details: Record<string, unknown> = {}): CheckpointError {
  return new CheckpointError("CHECKPOINT_UNSUPPORTED", message, { details });
}
