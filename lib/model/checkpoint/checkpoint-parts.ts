import path from "node:path";
import { CheckpointError, InvalidArgumentError } from "../../errors.js";
import type { WeightFile } from "../../formats/weight-file.js";
import { appendAll } from "../../util/collections.js";
import { exists } from "../../util/files/optional-file.js";
import { familyConfig, findArchitecture } from "../architecture/registry.js";
import { EMBEDDING } from "../architecture/find-sources.js";
import type { RawConfig } from "../architecture/raw-config.js";
import { adaptFiles } from "./adapter/adapt-checkpoint.js";
import { adapterNotes } from "./adapter/adapter-notes.js";
import { adapterWithoutBase, isAdapter, openAdapter } from "./adapter/open-adapter.js";
import type { MergeRows } from "./adapter/tensor-change.js";
import { Checkpoint } from "./checkpoint.js";
import { requireCheckpoint, requireFolderOfCheckpoint } from "./checkpoint-folder.js";
import { readConfig } from "./read-config.js";

/** The base under an adapter, and how the two are merged. */
export interface BaseOptions {
  /** Folder of the model that the adapter was trained on. */
  base?: string | undefined;
  /** What merges; without it, weights that need merging cannot be read. */
  merge?: MergeRows | undefined;
}

/** Folders that together are one checkpoint: often one and the same. */
export interface CheckpointFolders {
  /** The one that was named: a whole checkpoint, or an adapter. */
  named: string;
  /** The base under the adapter. */
  base?: string;
  /** With `config.json`. */
  config: string;
  /** With the tokenizer and the chat template. */
  tokenizer: string;
}

/** What a checkpoint is made of. Close `checkpoint`. */
export interface CheckpointParts {
  folders: CheckpointFolders;
  /** `config.json`, as it is. */
  raw: RawConfig;
  checkpoint: Checkpoint;
  /** Modules that an adapter changes although no reward depends on them. */
  unused: readonly string[];
  notes: readonly string[];
}

/**
 * Opens a checkpoint, or an adapter over its base.
 * @throws InvalidArgumentError for a path that is no folder of a checkpoint, or a base where there is no adapter; CheckpointError
 */
export async function openParts(
  directory: string,
  { base, merge = cannotMerge }: BaseOptions,
): Promise<CheckpointParts> {
  await requireFolderOfCheckpoint(directory);
  if (!(await isAdapter(directory))) {
    if (base !== undefined) {
      throw new InvalidArgumentError(
        `Expected an adapter of PEFT beside --base but ${directory} is a whole model or none at all: leave the base out.`,
        { details: { directory, base } },
      );
    }
    const raw = await readConfig(directory);
    const folders = { named: directory, config: directory, tokenizer: directory };
    return { folders, raw, checkpoint: await openWhole(directory, raw), unused: [], notes: [] };
  }
  if (base === undefined) throw await adapterWithoutBase(directory);
  await requireCheckpoint(base);
  return openAdapted(directory, base, merge);
}

async function openAdapted(directory: string, base: string, merge: MergeRows): Promise<CheckpointParts> {
  const raw = await readConfig(base);
  const tokenizer = await tokenizerFolder(directory, base);
  const under = await openWhole(base, raw);
  const opened: WeightFile[] = [...under.files];
  try {
    const adapter = await openAdapter(directory);
    appendAll(opened, [adapter.file, ...adapter.heads]);
    const { base: files, adapter: own, ...facts } = adaptFiles(under.files, adapter, merge);
    const checkpoint = Checkpoint.of(directory, [...files, own, ...adapter.heads]);
    return {
      folders: { named: directory, base, config: base, tokenizer },
      raw: withVocabulary(raw, checkpoint, facts.whole),
      checkpoint,
      unused: facts.unused,
      notes: adapterNotes(adapter.config, facts, { base, hasTokenizer: tokenizer === directory }),
    };
  } catch (error) {
    await Promise.all(opened.map((file) => file.close()));
    throw error;
  }
}

function openWhole(directory: string, raw: RawConfig): Promise<Checkpoint> {
  return Checkpoint.open(directory, { hasTiedEmbedding: isTied(familyConfig(findArchitecture(raw), raw)) });
}

/** @param settings the configuration with its family's defaults: only Gemma ties unless told otherwise */
export function isTied(settings: RawConfig): boolean {
  return settings["tie_word_embeddings"] === true;
}

/** Training may have added tokens: then the adapter has the whole embedding, and the base's configuration its old size. */
function withVocabulary(raw: RawConfig, { tensors }: Checkpoint, whole: readonly string[]): RawConfig {
  const embedding = whole.find((name) => name === EMBEDDING || name.endsWith(`.${EMBEDDING}`));
  const rows = tensors.get(embedding ?? "")?.shape[0];
  return rows === undefined ? raw : { ...raw, vocab_size: rows };
}

const VOCABULARY_FILES = ["tokenizer.json", "tokenizer.model", "vocab.json"];
const OTHER_TOKENIZER_FILES = [
  "tokenizer_config.json",
  "chat_template.jinja",
  "special_tokens_map.json",
  "added_tokens.json",
];

/**
 * The tokenizer is the adapter's where it has one, as trainers save it; else the base's.
 * @throws CheckpointError `CHECKPOINT_INVALID` for a part of one
 */
async function tokenizerFolder(adapter: string, base: string): Promise<string> {
  const present = async (names: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(names.map((name) => exists(path.join(adapter, name))));
    return names.filter((_, index) => found[index]);
  };
  if ((await present(VOCABULARY_FILES)).length > 0) return adapter;
  const parts = await present(OTHER_TOKENIZER_FILES);
  if (parts.length === 0) return base;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `${adapter} has ${parts.join(", ")}, but no vocabulary (${VOCABULARY_FILES.join(", ")}): whether its tokenizer is the base's cannot ` +
      "be told. Copy the missing files of the tokenizer it was trained with into it, or remove these.",
    { details: { adapter, parts } },
  );
}

const cannotMerge: MergeRows = () => {
  throw new Error("Internal error: weights of an adapter were read without a way to merge them.");
};
