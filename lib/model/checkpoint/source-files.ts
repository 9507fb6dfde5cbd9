import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileError } from "../../util/caught.js";
import type { FileRecord } from "../folder/reward-json.js";
import { ADAPTER_CONFIG } from "./adapter/adapter-config.js";
import type { CheckpointFolders } from "./checkpoint-parts.js";
import { CONFIG_FILE } from "./read-config.js";
import { MERGES_FILE, VOCAB_FILE } from "../tokenizer/vocab-files.js";
import { INDEX_FILES } from "./weight-files.js";

/** Files beside the weights that a conversion reads. */
const MODEL_FILES = [CONFIG_FILE, ...INDEX_FILES];
const TOKENIZER_FILES = [
  "added_tokens.json",
  "chat_template.jinja",
  "special_tokens_map.json",
  "tokenizer.json",
  "tokenizer.model",
  "tokenizer_config.json",
];
/** Read where none of the files above has a vocabulary. */
const OLD_VOCABULARY = [VOCAB_FILE, MERGES_FILE];
const PROFILE_FILE = "profile.json";

/** The files that a conversion reads beside weights, by folder. */
export interface SmallFiles {
  /** Of the folder that was named. */
  named: FileRecord[];
  /** Of the base, where that is an adapter. */
  base: FileRecord[];
}

/** Sizes and checksums of the files beside the weights that a checkpoint is read from. @throws FileError `FILE_FAILED` */
export async function hashSmallFiles({ named, base, tokenizer }: CheckpointFolders): Promise<SmallFiles> {
  if (base === undefined) {
    return {
      named: await hashFiles(named, [...MODEL_FILES, ...TOKENIZER_FILES, ...OLD_VOCABULARY, PROFILE_FILE]),
      base: [],
    };
  }
  const isOwn = tokenizer === named;
  return {
    named: await hashFiles(named, [
      ADAPTER_CONFIG,
      PROFILE_FILE,
      ...(isOwn ? [...TOKENIZER_FILES, ...OLD_VOCABULARY] : []),
    ]),
    base: await hashFiles(base, [...MODEL_FILES, ...(isOwn ? [] : [...TOKENIZER_FILES, ...OLD_VOCABULARY])]),
  };
}

async function hashFiles(checkpointDir: string, wanted: readonly string[]): Promise<FileRecord[]> {
  const present = new Set(
    await readdir(checkpointDir).catch((cause: unknown) => {
      throw fileError("read", checkpointDir, cause);
    }),
  );
  const isVocabularyElsewhere = present.has("tokenizer.json") || present.has("tokenizer.model");
  const isRead = (name: string): boolean =>
    present.has(name) && !(isVocabularyElsewhere && OLD_VOCABULARY.includes(name));
  const records: FileRecord[] = [];
  for (const file of wanted.filter(isRead).sort()) {
    const bytes = await readFile(path.join(checkpointDir, file)).catch((cause: unknown) => {
      throw fileError("read", path.join(checkpointDir, file), cause);
    });
    records.push({ file, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
  }
  return records;
}
