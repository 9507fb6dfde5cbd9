import path from "node:path";
import { CheckpointError } from "../../errors.js";
import { exists } from "../../util/files/optional-file.js";

/** Weights of an adapter. Source: PEFT 0.21 peft/utils/constants.py, SAFETENSORS_WEIGHTS_NAME, WEIGHTS_NAME. */
const ADAPTER_FILES = ["adapter_model.safetensors", "adapter_model.bin"];

/**
 * Tensors of adapters that are part of a model which was saved without merging them, and what they stand beside.
 * Source: PEFT 0.21 peft/tuners, `adapter_layer_names` of each layer; BaseTunerLayer.base_layer.
 */
const ADAPTER_TENSOR =
  /(^|\.)(base_layer|lora_[A-Za-z_]+|hada_\w+|lokr_\w+|ia3_l|oft_[rR]|boft_[RS]|vera_lambda_\w+|vera_[AB]|randlora_\w+|adaption_\w+|prompt_encoder|prompt_embeddings)(\.|$)/;

const MERGE =
  "Merge it first: with PEFT, model = PeftModel.from_pretrained(base, adapter).merge_and_unload(); model.save_pretrained(folder); " +
  "with LLaMA-Factory, llamafactory-cli export.";

/**
 * Refuses a folder with an adapter: without merging, its weights are not those of the trained model; with full weights beside it,
 * nobody can tell whether they are merged already.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` naming the file
 */
export async function refuseAdapterFiles(directory: string, hasWeights: boolean): Promise<void> {
  for (const file of ADAPTER_FILES) {
    if (!(await exists(path.join(directory, file)))) continue;
    const state = hasWeights
      ? `${file}, an adapter of PEFT, lies beside the model's weights. Whether it is merged into them cannot be told: if it is, ` +
        "remove the file; if it is not, its model is another one."
      : `The folder holds ${file}, an adapter of PEFT (LoRA or the like), not a whole model.`;
    throw unmerged(`${state} ${MERGE}`, { directory, file });
  }
}

/** @throws CheckpointError `CHECKPOINT_UNSUPPORTED` naming a tensor of an adapter that was not merged */
export function refuseAdapterTensors(names: Iterable<string>): void {
  for (const tensor of names) {
    if (!ADAPTER_TENSOR.test(tensor)) continue;
    throw unmerged(
      `Tensor ${tensor} is part of an adapter of PEFT that was not merged into the model. ${MERGE}`,
      {
        tensor,
      },
    );
  }
}

function unmerged(message: string, details: Readonly<Record<string, unknown>>): CheckpointError {
  return new CheckpointError("CHECKPOINT_UNSUPPORTED", message, { details });
}
