import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Message } from "../../lib/index.js";
import { encodeSafetensors } from "../../lib/formats/safetensors/safetensors-writer.js";

/** A tiny random decoder and its hidden states, made by `reference/make-reference.py` with transformers in float64. */
export interface ReferenceModel {
  config: Record<string, unknown>;
  /** Shapes by name. */
  tensors: Record<string, number[]>;
  /** What tensors hold whose values do not come from their names. */
  values?: Record<string, number>;
  /** Hidden state after the final norm, by position. */
  hidden: Record<string, number[]>;
}

export interface Reference {
  method: string;
  tokens: number[];
  variants: Record<string, ReferenceModel>;
}

/** A tiny reward model with a fixture's tokenizer. */
export interface ReferenceRewards extends Omit<ReferenceModel, "hidden"> {
  fixture: string;
  /** Whose profile applies. */
  hubId?: string;
  /** Changes of the fixture's tokenizer_config.json. */
  tokenizer?: Record<string, unknown>;
  cases: {
    messages: Message[];
    tokens: number;
    reward: number;
    attributes?: Record<string, Record<string, number>>;
  }[];
}

/** @param name `hidden-states`, or what `make_goldens.py` in that folder of `test/reference/` made */
export async function readReference<Name extends keyof References>(name: Name): Promise<References[Name]> {
  const file = path.join(import.meta.dirname, "reference", `${name}.json`);
  return JSON.parse(await readFile(file, "utf8")) as References[Name];
}

interface References {
  "hidden-states": Reference;
  backbones: Reference & { rewards: Record<string, ReferenceRewards> };
  heads: { method: string; rewards: Record<string, ReferenceRewards> };
}

/** Writes the checkpoint of a reference model, with the weights `make-reference.py` had. */
export async function writeReferenceCheckpoint(
  directory: string,
  model: Omit<ReferenceModel, "hidden">,
): Promise<void> {
  const isGemma = String(model.config["model_type"]).startsWith("gemma");
  const tensors = Object.entries(model.tensors).map(([name, shape]) => ({
    name,
    dtype: "F32" as const,
    shape,
    bytes: new Uint8Array(valuesOf(name, shape, model.values?.[name], isGemma ? 0 : 1).buffer),
  }));
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, "config.json"), JSON.stringify(model.config));
  await writeFile(path.join(directory, "model.safetensors"), encodeSafetensors(tensors));
}

function valuesOf(
  name: string,
  shape: readonly number[],
  value: number | undefined,
  centre: number,
): Float32Array {
  return value === undefined ? weight(name, shape, centre) : Float32Array.of(value);
}

function weight(name: string, shape: readonly number[], centre: number): Float32Array {
  const [rows = 0, columns] = shape;
  const values = randomValues(name, rows * (columns ?? 1));
  if (columns === undefined) {
    const offset = name.endsWith("norm.weight") ? centre : 0;
    return Float32Array.from(values, (value) => 0.25 * value + offset);
  }
  const scale = name.includes("embed_tokens") ? 1 : Math.sqrt(3 / columns);
  return Float32Array.from(values, (value) => value * scale);
}

/** Uniform in [−1, 1): FNV-1a of the name seeds xorshift32. */
function randomValues(name: string, count: number): Float64Array {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 0x01000193);
  return Float64Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  });
}
