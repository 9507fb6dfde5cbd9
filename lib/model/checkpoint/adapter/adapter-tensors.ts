import { invalidCheckpoint } from "../../../formats/safetensors/safetensors-header.js";
import { plainTensorNames } from "../tensor-names.js";
import { unsupported } from "./adapter-config.js";

/** What an adapter has for one module, by names in its file. */
export interface ModuleParts {
  /** `[rank, columns]`; for an embedding `[rank, rows]`. */
  a?: string;
  /** `[rows, rank]`; for an embedding `[columns, rank]`. */
  b?: string;
  /** DoRA's length of every row. */
  magnitude?: string;
  /** Rows that were trained in place of the base's: `trainable_token_indices`. */
  tokens?: string;
  isEmbedding?: boolean;
}

/** The tensors of an adapter file, told apart by their names. */
export interface AdapterTensors {
  /** By the module's plain name, without `.weight`. */
  modules: ReadonlyMap<string, ModuleParts>;
  /** Tensors that take the place of the base's or are new, such as a head: plain name by stored name. */
  whole: ReadonlyMap<string, string>;
}

type Part = Exclude<keyof ModuleParts, "isEmbedding">;

/**
 * Endings of the tensors of a LoRA layer; the adapter's own name, which PEFT leaves out when it saves, may stand in them.
 * Source: PEFT 0.21.2 peft/tuners/lora/layer.py, `adapter_layer_names`; model.py, `_get_adapter_state_dict`;
 * utils/other.py, `TrainableTokensWrapper.adapter_state_dict`.
 */
const PARTS: readonly { pattern: RegExp; part: Part; isEmbedding?: true }[] = [
  { pattern: /^(.+)\.lora_A(?:\.default)?\.weight$/, part: "a" },
  { pattern: /^(.+)\.lora_B(?:\.default)?\.weight$/, part: "b" },
  { pattern: /^(.+)\.lora_embedding_A(?:\.default)?$/, part: "a", isEmbedding: true },
  { pattern: /^(.+)\.lora_embedding_B(?:\.default)?$/, part: "b", isEmbedding: true },
  { pattern: /^(.+)\.lora_magnitude_vector(?:\.default)?(?:\.weight)?$/, part: "magnitude" },
  { pattern: /^(.+)\.token_adapter\.trainable_tokens_delta(?:\.default)?$/, part: "tokens" },
];

/** Where a name of PEFT's stands that none of {@link PARTS} knows. */
const UNKNOWN_PART =
  /(^|\.)(lora_\w+|token_adapter|trainable_tokens_\w+|hada_\w+|lokr_\w+|ia3_l|b?oft_\w+|vera_\w+|randlora_\w+|prompt_\w+)(\.|$)/;

/** The module as it was before the adapter was put around it, saved with embeddings. */
const BASE_LAYER = /\.base_layer(?=\.[^.]+$)/;

/** The untrained copy beside a trained module. */
const ORIGINAL = /\.original_module\./;

/**
 * Tells an adapter's tensors apart.
 * @param stored names in its file
 * @throws CheckpointError `CHECKPOINT_INVALID` for half a pair, or a name twice; `CHECKPOINT_UNSUPPORTED` for parts of other adapters
 */
export function sortAdapterTensors(stored: Iterable<string>): AdapterTensors {
  const modules = new Map<string, ModuleParts>();
  const whole = new Map<string, string>();
  for (const [name, plain] of plainTensorNames([...stored].filter((each) => !ORIGINAL.test(each)))) {
    const found = findPart(plain);
    if (found === undefined) whole.set(name, plain.replace(BASE_LAYER, ""));
    else addPart(modules, name, found);
  }
  for (const [module, parts] of modules) expectWhole(module, parts);
  return { modules, whole };
}

interface FoundPart {
  module: string;
  part: Part;
  isEmbedding: boolean;
}

function findPart(plain: string): FoundPart | undefined {
  for (const { pattern, part, isEmbedding = false } of PARTS) {
    const module = pattern.exec(plain)?.[1];
    if (module !== undefined) return { module, part, isEmbedding };
  }
  if (!UNKNOWN_PART.test(plain)) return undefined;
  throw unsupported(`the adapter has a tensor ${plain}, which is no part of a plain LoRA or DoRA`, {
    tensor: plain,
  });
}

function addPart(
  modules: Map<string, ModuleParts>,
  name: string,
  { module, part, isEmbedding }: FoundPart,
): void {
  const parts = modules.get(module) ?? {};
  if (parts[part] !== undefined) {
    throw invalidCheckpoint(
      `The adapter has two tensors for one part of ${module}: ${parts[part]} and ${name}.`,
      { module },
      "Save one adapter alone.",
    );
  }
  modules.set(module, { ...parts, [part]: name, ...(isEmbedding && { isEmbedding }) });
}

function expectWhole(module: string, { a, b, magnitude, tokens }: ModuleParts): void {
  const hasPair = a !== undefined && b !== undefined;
  const isAlone = a === undefined && b === undefined && magnitude === undefined && tokens !== undefined;
  if (isAlone || (hasPair && tokens === undefined)) return;
  const found = Object.entries({ lora_A: a, lora_B: b, lora_magnitude_vector: magnitude, tokens })
    .filter(([, name]) => name !== undefined)
    .map(([part]) => part);
  throw invalidCheckpoint(
    `The adapter has only ${found.join(" and ")} for ${module}, expected lora_A and lora_B: it was not saved whole.`,
    { module, found },
  );
}
