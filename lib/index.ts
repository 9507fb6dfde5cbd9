/**
 * Load a model folder, score conversations. Everything else is in entries of its own, `llama-reward/convert` and so on.
 * @module llama-reward
 */
import { acceptHubIds } from "./convert/accept-hub-ids.js";

export { BACKBONE_TYPES, type BackboneType } from "./model/architecture/backbone-type.js";
export { Ensemble, type EnsembleOptions } from "./model/ensemble.js";
export { RewardModel } from "./model/reward-model.js";
export type * from "./model/scoring-types.js";
export { listDevices, type DeviceReport } from "./score/native/devices.js";
export type { CompiledAtFirstUse } from "./score/native/first-use.js";
export type { NativeDevice as Device } from "./score/native/native-addon.js";
export {
  AddonLoadError,
  CheckpointError,
  ContextError,
  ConversationError,
  DatasetError,
  DeadlineError,
  DecodeError,
  DisposedError,
  DownloadError,
  FileError,
  HeadLoadError,
  HostError,
  InvalidArgumentError,
  JobError,
  ModelLoadError,
  RewardError,
  ScoreError,
  TemplateError,
  type RewardErrorCode,
  type RewardErrorOptions,
} from "./errors.js";

acceptHubIds();
