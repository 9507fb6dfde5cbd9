/** `llama-reward/convert`: from a Hugging Face checkpoint to a model folder. */
export { convertCheckpoint, type ConvertOptions, type ConvertResult } from "./convert.js";
export type { DroppedTensor } from "../model/checkpoint/checkpoint-plan.js";
export { quantizeModelFolder, type QuantizeOptions } from "./quantize.js";
export {
  verifyTensors,
  type FaultKind,
  type TensorFault,
  type TensorReport,
  type VerifyTensorsOptions,
} from "../check/tensors.js";
