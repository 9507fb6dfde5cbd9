/**
 * Which files of a checkpoint are its weights: the one place that knows their names, for folders and for the Hub alike. Nothing
 * else is opened: neither optimizer nor random states, nor the arguments of a training run, nor adapters.
 */

/** One way to store all weights: in one file, or in several that an index lists. */
interface WeightLayout {
  single: string;
  index: string;
  /** Of the files that the index lists. */
  ending: string;
}

/**
 * In the order in which the transformers library takes them: safetensors first, and of each kind the single file, so that every
 * score made with it is of the same weights.
 * Source: transformers 5.24 modeling_utils.py, `_get_resolved_checkpoint_files`; utils/__init__.py, SAFE_WEIGHTS_NAME, WEIGHTS_NAME.
 */
const LAYOUTS: readonly WeightLayout[] = [
  { single: "model.safetensors", index: "model.safetensors.index.json", ending: ".safetensors" },
  { single: "pytorch_model.bin", index: "pytorch_model.bin.index.json", ending: ".bin" },
];

/** A file beside the model's own weights, with tensors of the head. */
export interface HeadFile {
  name: string;
  /** Stands in front of the names of its tensors. */
  prefix: string;
}

const HEAD_FILES: readonly (HeadFile & { unless?: string })[] = [
  // The value head that LLaMA-Factory takes out of the model's own file, so that other programs can load that. Source: LLaMA-Factory
  // 0.9 src/llamafactory/extras/constants.py, V_HEAD_SAFE_WEIGHTS_NAME, V_HEAD_WEIGHTS_NAME; model/model_utils/valuehead.py.
  { name: "value_head.safetensors", prefix: "" },
  { name: "value_head.bin", prefix: "", unless: "value_head.safetensors" },
  // Two networks of LDL-Reward, each a state dictionary of its own. Source: RewardBench rewardbench/models/ldlreward.py.
  { name: "regression_layer.pt", prefix: "regression_layer." },
  { name: "gating_layer.pt", prefix: "gating_layer." },
];

/** Pickles that training leaves beside weights: of transformers, Accelerate, DeepSpeed, PEFT and torchtune. */
const NO_WEIGHTS =
  /^(?:training_args|optimizer|scheduler|rng_state|random_states|scaler|sampler|adapter_model|adapter|recipe_state|zero_pp_rank|trainer_state)/;

/** The weights of a checkpoint: a single file, or the index of several. */
export type WeightChoice = { single: string } | { index: string };

/**
 * The weights among the files of a folder or repository.
 * @returns undefined where there are none, or where names do not say which they are
 */
export function chooseWeights(files: Iterable<string>): WeightChoice | undefined {
  const names = new Set(files);
  for (const { single, index } of LAYOUTS) {
    if (names.has(single)) return { single };
    if (names.has(index)) return { index };
  }
  const [only, ...others] = loneCandidates(names);
  return only === undefined || others.length > 0 ? undefined : { single: only };
}

/** Files that may be all weights of a folder that has no others: `.pt` and `.pth` of any name. */
export function loneCandidates(files: Iterable<string>): string[] {
  return [...files].filter(
    (name) =>
      /\.pth?$/.test(name) && !NO_WEIGHTS.test(name) && !HEAD_FILES.some((head) => head.name === name),
  );
}

/** The files of heads among those of a folder or repository, in the order of their names. */
export function chooseHeadFiles(files: Iterable<string>): HeadFile[] {
  const names = new Set(files);
  return HEAD_FILES.filter(({ name, unless = "" }) => names.has(name) && !names.has(unless)).map(
    ({ name, prefix }) => ({ name, prefix }),
  );
}

/** Whether a name may be one of weights, or of their index: what is looked at in a listing. */
export function mayBeWeights(name: string): boolean {
  return INDEX_FILES.includes(name) || /^[^/\\]+\.(?:safetensors|bin|pth?)$/.test(name);
}

/** The files that say which weight files belong together. */
export const INDEX_FILES: readonly string[] = LAYOUTS.map(({ index }) => index);

/** Ending of the names of the files that an index lists. */
export function shardEnding(index: string): string {
  return LAYOUTS.find((layout) => layout.index === index)?.ending ?? "";
}

/** Names to tell somebody who has no weights. */
export const EXPECTED_WEIGHTS: string = LAYOUTS.flatMap(({ single, index }) => [single, index]).join(", ");

/** Whether a file of weights is a pickle. */
export function isPickle(name: string): boolean {
  return !name.endsWith(".safetensors");
}
