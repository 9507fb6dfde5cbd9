import * as errors from "../../lib/errors.js";

/** The class every code has, told again, so that a change of the package's own table is noticed. */
export const CLASS_OF_CODE = {
  INVALID_ARGUMENT: errors.InvalidArgumentError,
  ADDON_NOT_FOUND: errors.AddonLoadError,
  ADDON_INCOMPATIBLE: errors.AddonLoadError,
  MODEL_NOT_FOUND: errors.ModelLoadError,
  MODEL_INVALID: errors.ModelLoadError,
  MODEL_UNSUPPORTED: errors.ModelLoadError,
  MODEL_LOAD_FAILED: errors.ModelLoadError,
  HEAD_INVALID: errors.HeadLoadError,
  HEAD_MISMATCH: errors.HeadLoadError,
  TEMPLATE_SYNTAX: errors.TemplateError,
  TEMPLATE_REJECTED: errors.TemplateError,
  CONVERSATION_INVALID: errors.ConversationError,
  CONVERSATION_TOO_LONG: errors.ConversationError,
  CONVERSATION_UNSCORABLE: errors.ConversationError,
  CHECKPOINT_INVALID: errors.CheckpointError,
  CHECKPOINT_UNSUPPORTED: errors.CheckpointError,
  CONVERSION_FAILED: errors.CheckpointError,
  DOWNLOAD_FAILED: errors.DownloadError,
  DATASET_INVALID: errors.DatasetError,
  FILE_FAILED: errors.FileError,
  FILE_LOCKED: errors.FileError,
  CONTEXT_FAILED: errors.ContextError,
  OUT_OF_MEMORY: errors.ContextError,
  CONTEXT_BUSY: errors.ContextError,
  KV_CACHE_FULL: errors.DecodeError,
  BATCH_INVALID: errors.DecodeError,
  DECODE_FAILED: errors.DecodeError,
  SCORE_INVALID: errors.ScoreError,
  DEADLINE_EXCEEDED: errors.DeadlineError,
  HOST_FAILED: errors.HostError,
  DISPOSED: errors.DisposedError,
} as const satisfies Record<errors.RewardErrorCode, unknown>;

export const ERROR_CODES = Object.keys(CLASS_OF_CODE) as errors.RewardErrorCode[];
