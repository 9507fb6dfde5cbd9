import type { BackboneType } from "../architecture/backbone-type.js";

/** The file that makes a folder a model folder. It is written last. */
export const REWARD_JSON = "reward.json";
/** The head's tensors. */
export const HEAD_FILE = "head.safetensors";

/** Of a DPO model: the model folder of its reference, inside its own. */
export const REFERENCE_FOLDER = "reference";

/** How the names of files begin that are only there while somebody writes the folder. */
export const WORKING_MARK = ".llama-reward-";

/** Name of a backbone's file. */
export function backboneFileName(type: BackboneType): string {
  return `backbone-${type}.gguf`;
}
