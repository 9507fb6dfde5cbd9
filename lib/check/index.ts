/** `llama-reward/check`: what a model folder, GGUF file or checkpoint is, and proof that a folder equals its checkpoint. */
export { inspect, type InspectOptions } from "./inspect/inspect.js";
export type { BackboneFile, HeadFound, Inspection } from "./inspect/inspection.js";
export type { PromptDescription } from "./inspect/describe-prompt.js";
export type { Check } from "./check.js";
export { verifyModel, type VerifyOptions, type VerifyReport } from "./verify.js";
export {
  verifyTensors,
  type FaultKind,
  type TensorFault,
  type TensorReport,
  type VerifyTensorsOptions,
} from "./tensors.js";
