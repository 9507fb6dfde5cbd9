/** `llama-reward`: load a model folder, score conversations. Everything else is in entries of its own, `llama-reward/convert` and so on. */
export { BACKBONE_TYPES, type BackboneType } from "./model/architecture/backbone-type.js";
export { RewardModel, type Placement } from "./model/reward-model.js";
export type { LoadOptions } from "./model/load-options.js";
export type {
  ChatMessage,
  ChatMessages,
  Conversation,
  ConversationInput,
  ConversationRequest,
  Message,
  TemplateContext,
} from "./score/conversation/conversation.js";
export type {
  Comparison,
  EmitField,
  ModelDescription,
  Progress,
  RankedScore,
  Score,
  Scorer,
  ScoreOptions,
  ScoringSettings,
  SettledScore,
} from "./score/score.js";
export { listDevices, type Device, type DeviceReport } from "./score/native/devices.js";
export type { AttributeScore } from "./score/head/head.js";
export {
  AddonLoadError,
  CheckpointError,
  ContextError,
  ConversationError,
  DatasetError,
  DecodeError,
  DisposedError,
  DownloadError,
  FileError,
  HeadLoadError,
  HostError,
  InvalidArgumentError,
  ModelLoadError,
  RewardError,
  ScoreError,
  TemplateError,
  type RewardErrorCode,
  type RewardErrorOptions,
} from "./errors.js";
