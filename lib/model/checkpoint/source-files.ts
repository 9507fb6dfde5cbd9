import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileError } from "../../util/caught.js";
import type { FileRecord } from "../folder/reward-json.js";
import { INDEX_FILES } from "./weight-files.js";

/** Files beside the weights that a conversion reads. */
const SMALL_FILES = [
  "added_tokens.json",
  "chat_template.jinja",
  "config.json",
  "profile.json",
  "special_tokens_map.json",
  "tokenizer.json",
  "tokenizer.model",
  "tokenizer_config.json",
  ...INDEX_FILES,
].sort();

/** Sizes and checksums of those that a checkpoint has. @throws FileError `FILE_FAILED` */
export async function hashSmallFiles(checkpointDir: string): Promise<FileRecord[]> {
  const present = new Set(
    await readdir(checkpointDir).catch((cause: unknown) => {
      throw fileError("read", checkpointDir, cause);
    }),
  );
  const records: FileRecord[] = [];
  for (const file of SMALL_FILES.filter((name) => present.has(name))) {
    const bytes = await readFile(path.join(checkpointDir, file)).catch((cause: unknown) => {
      throw fileError("read", path.join(checkpointDir, file), cause);
    });
    records.push({ file, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
  }
  return records;
}
