import { z } from "zod";
import { CheckpointError } from "../../../errors.js";
import { zodProblems } from "../../../util/zod-problems.js";
import { readCheckpointJson } from "../../tokenizer/checkpoint-json.js";
import { refusedKeys } from "./adapter-keys.js";

/** The file that makes a folder an adapter of PEFT. Source: PEFT 0.21 peft/utils/constants.py, CONFIG_NAME. */
export const ADAPTER_CONFIG = "adapter_config.json";

const rank = z.int().nonnegative();
const modules = z.union([z.array(z.string()), z.string()]).nullish();

const schema = z.looseObject({
  peft_type: z.string(),
  task_type: z.string().nullish(),
  base_model_name_or_path: z.string().nullish(),
  revision: z.string().nullish(),
  r: rank.optional(),
  lora_alpha: z.number().optional(),
  rank_pattern: z.record(z.string(), rank).nullish(),
  alpha_pattern: z.record(z.string(), z.number()).nullish(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  target_modules: modules,
  exclude_modules: modules,
  layers_to_transform: z.union([z.array(z.int()), z.int()]).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  trainable_token_indices: z
    .union([z.array(z.int().nonnegative()), z.record(z.string(), z.array(z.int().nonnegative()))])
    .nullish(),
});

/** An adapter's configuration, as far as it decides about the merged weights. */
export type AdapterConfig = z.infer<typeof schema>;

/** What the model was trained to be. Source: PEFT 0.21 peft/utils/peft_types.py, TaskType. */
const TASKS: readonly string[] = ["SEQ_CLS", "CAUSAL_LM", "FEATURE_EXTRACTION"];

/**
 * Ways to begin training that leave the base's weights as they are. The others (PiSSA, OLoRA, CorDA, LoRA-GA, LoftQ) change them, and the
 * adapter alone does not say how. Source: PEFT 0.21.2 peft/tuners/lora/layer.py, `LoraLayer.update_layer`, and what it calls.
 */
const INITIALISATIONS: readonly (boolean | string | undefined | null)[] = [
  true,
  false,
  undefined,
  null,
  "gaussian",
  "eva",
  "orthogonal",
  "mica",
];

/**
 * An adapter's `adapter_config.json`, of which every key is known.
 * @returns undefined when the folder has none
 * @throws CheckpointError `CHECKPOINT_INVALID` damaged; `CHECKPOINT_UNSUPPORTED` another kind of adapter than LoRA or DoRA, or settings
 * that make another model than base and adapter merged
 */
export async function readAdapterConfig(directory: string): Promise<AdapterConfig | undefined> {
  const raw = await readCheckpointJson(directory, ADAPTER_CONFIG, z.record(z.string(), z.unknown()));
  if (raw === undefined) return undefined;
  const { peft_type: kind } = raw;
  if (kind !== "LORA") {
    throw unsupported(`its kind is ${JSON.stringify(kind)}, and only LORA (LoRA, rsLoRA, DoRA) is merged`, {
      kind,
    });
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `${ADAPTER_CONFIG} is not what PEFT writes: ${zodProblems(parsed.error, "the whole").join("; ")}.`,
      { details: { directory }, cause: parsed.error },
    );
  }
  const refused = refusedKeys(raw);
  if (refused.length > 0) throw unsupported(`it sets ${refused.join(", ")}`, { refused });
  const config = parsed.data;
  const { init_lora_weights: start, task_type: task } = config;
  const isPlainStart = INITIALISATIONS.includes(typeof start === "string" ? start.toLowerCase() : start);
  if (!isPlainStart) {
    throw unsupported(
      `init_lora_weights is ${JSON.stringify(start)}, which changed the base's weights before training. Save it with PEFT's ` +
        "path_initial_model_for_weight_conversion, which makes a plain LoRA of it,",
      { start },
    );
  }
  if (task !== undefined && task !== null && !TASKS.includes(task)) {
    throw unsupported(`its task_type is ${task}, and a reward model's is ${TASKS.join(", ")}`, { task });
  }
  return config;
}

/** @param fault goes on with what to do */
export function unsupported(fault: string, details: Readonly<Record<string, unknown>>): CheckpointError {
  return new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `${ADAPTER_CONFIG}: ${fault}${fault.endsWith(",") ? " or" : "."} ${
      fault.endsWith(",") ? MERGE.toLowerCase() : MERGE
    }`,
    { details },
  );
}

const MERGE =
  "Merge it with PEFT (PeftModel.from_pretrained(base, adapter).merge_and_unload(), then save_pretrained) and convert that folder.";
