import path from "node:path";
import { ModelLoadError } from "../../errors.js";
import { REWARD_JSON } from "../../model/folder/file-names.js";
import { readRewardJson } from "../../model/folder/read-reward-json.js";
import { typeOfFile } from "../../model/architecture/backbone-type.js";
import { listProfiles } from "../../model/profile/find-profile.js";
import { readGgufHeader } from "../../formats/gguf/gguf-reader.js";
import type { Inspection } from "./inspection.js";

/**
 * What a GGUF file is. A file alone never has a reward head that this project knows: GGUF has no place for one.
 * @throws ModelLoadError `MODEL_INVALID`, for a truncated file too
 */
export async function inspectGguf(file: string): Promise<Inspection> {
  const { metadata, tensors } = await readGgufHeader(file);
  const tensorNames = [...tensors.keys()];
  const architecture = text(metadata.get("general.architecture")) ?? "unknown";
  const number = (key: string): number | null => numberOf(metadata.get(`${architecture}.${key}`));
  const tokens = metadata.get("tokenizer.ggml.tokens");
  const name = text(metadata.get("general.name")) ?? path.basename(file);
  const classifier = tensorNames.filter((tensor) => tensor.startsWith("cls"));
  return {
    kind: "gguf",
    path: file,
    name,
    architecture,
    hiddenSize: number("embedding_length"),
    layerCount: number("block_count"),
    vocabSize: Array.isArray(tokens) ? tokens.length : number("vocab_size"),
    contextLength: number("context_length"),
    backbones: [],
    f16Losses: null,
    head: null,
    profile: null,
    sources: [],
    prompt: null,
    assumptions: [],
    notes: [
      `Stored as ${typeOfFile(metadata.get("general.file_type")) ?? "a type of its own"}, ${tensorNames.length} tensors.`,
      ...(classifier.length === 0
        ? []
        : [
            `It has a classifier of llama.cpp's (${classifier.join(", ")}), which does not say how its reward is computed.`,
          ]),
    ],
    verdict: await verdict(file, name, classifier.length > 0),
  };
}

async function verdict(file: string, name: string, hasClassifier: boolean): Promise<string> {
  const folder = path.dirname(file);
  if (await isBackboneOf(folder, path.basename(file))) {
    return `The backbone of the model folder ${folder}: pass the folder instead of the file.`;
  }
  const hubId = await likelyHubId([name, path.basename(file)]);
  const source =
    hubId === undefined ? "its original checkpoint" : `the original checkpoint, probably ${hubId}`;
  const pull = hubId === undefined ? "llama-reward pull <hub-id>" : `llama-reward pull ${hubId}`;
  const lost = hasClassifier
    ? "This file has no reward head that can be used"
    : "This file has no reward head: it is a transformer alone, and if it was made from a reward model, the head was lost on the way";
  return (
    `${lost}. Without the head's tensors nothing can be scored. Get ${source}: ${pull} downloads and converts it; ` +
    `with the checkpoint on disk, llama-reward convert <hf-dir> <model-dir> --backbone ${file} takes the head from it and keeps this file.`
  );
}

async function isBackboneOf(folder: string, file: string): Promise<boolean> {
  try {
    const { backbone } = await readRewardJson(folder);
    return Object.values(backbone.files).some((record) => record.file === file);
  } catch (error) {
    if (error instanceof ModelLoadError && error.code === "MODEL_NOT_FOUND") return false;
    throw new ModelLoadError(
      "MODEL_INVALID",
      `${path.join(folder, REWARD_JSON)} beside the file is damaged.`,
      {
        cause: error,
      },
    );
  }
}

/** The reward model that a name speaks of, when a profile knows one: the longest match. */
async function likelyHubId(names: readonly string[]): Promise<string | undefined> {
  const plain = (value: string): string => value.toLowerCase().replace(/[^a-z0-9]/g, "");
  const wanted = names.map(plain);
  const ids = (await listProfiles()).flatMap(({ hubIds }) => hubIds);
  const matches = ids.filter((id) => wanted.some((name) => name.includes(plain(id.split("/")[1] ?? id))));
  return matches.sort((a, b) => b.length - a.length)[0];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}
