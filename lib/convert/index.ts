/**
 * From a Hugging Face checkpoint to a model folder.
 * @module llama-reward/convert
 */
export { BACKBONE_TYPES, type BackboneType } from "../model/architecture/backbone-type.js";
export { convertCheckpoint, type ConvertOptions, type ConvertResult } from "./convert.js";
export type * from "../model/scoring-types.js";
export type { AskedHead } from "../model/checkpoint/asked-head.js";
export type { HeadOptions } from "./convert-reference.js";
export type { Reduction } from "../score/head/reduce.js";
export type { RetryPolicy } from "../data/hub/index.js";
export type { FileRecord, PublishedScore, RewardJson, WeightsRecord } from "../model/folder/reward-json.js";
export type { DroppedTensor } from "../model/checkpoint/checkpoint-plan.js";
export type { HubName } from "./hub-name.js";
export { explainAutoType } from "./explain-type.js";
export { listCachedModels, modelCacheDir, pruneModelCache, type CachedModel } from "./model-cache.js";
export { pullModel, type PullOptions } from "./pull.js";
export { quantizeModelFolder, type QuantizeOptions } from "./quantize.js";
export {
  verifyTensors,
  type FaultKind,
  type TensorFault,
  type TensorReport,
  type VerifyTensorsOptions,
} from "../check/index.js";
