/**
 * What a model folder, GGUF file or checkpoint is, and proof that a folder equals its checkpoint.
 * @module llama-reward/check
 */
export type * from "../model/scoring-types.js";
export { BACKBONE_TYPES, type BackboneType } from "../model/architecture/backbone-type.js";
export type { DroppedTensor } from "../model/checkpoint/checkpoint-plan.js";
export { inspect, type InspectOptions } from "./inspect/inspect.js";
export type { BackboneFile, HeadFound, SourceFound, Inspection } from "./inspect/inspection.js";
export type { PromptDescription } from "./inspect/describe-prompt.js";
export type { F16Losses } from "../formats/floats/f16-losses.js";
export type { Check } from "./check.js";
export { verifyModel, type VerifyOptions, type VerifyReport } from "./verify.js";
export {
  verifyTensors,
  type FaultKind,
  type TensorFault,
  type TensorReport,
  type VerifyTensorsOptions,
} from "./verify-tensors.js";
