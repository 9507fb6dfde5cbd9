import {
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
  type RewardErrorCode,
  type RewardErrorOptions,
  ScoreError,
  TemplateError,
} from "../../errors.js";

/** An error as it travels between processes. */
export interface WireError {
  name: string;
  message: string;
  /** Only errors of this package have one. */
  code?: RewardErrorCode;
  details?: Readonly<Record<string, unknown>>;
  /** Only of errors without a code: those are bugs, and the stack tells where. */
  stack?: string;
  cause?: WireError;
}

/** Causes deeper than this are cut: enough for every chain this package makes. */
const MAX_CAUSES = 4;

/** Takes an error apart for the wire. Details that are not plain data travel as text. */
export function encodeError(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const wire: WireError = { name: error.name, message: error.message };
  if (error instanceof RewardError) {
    const { code, details } = error as RewardError;
    wire.code = code;
    wire.details = plainData(details);
  } else if (error.stack !== undefined) {
    wire.stack = error.stack;
  }
  if (error.cause !== undefined && depth < MAX_CAUSES) wire.cause = encodeError(error.cause, depth + 1);
  return wire;
}

/** Rebuilds the typed error. An error without a known code comes back as a plain `Error` with its name and stack. */
export function decodeError(wire: WireError): Error {
  const cause = wire.cause === undefined ? {} : { cause: decodeError(wire.cause) };
  if (wire.code !== undefined && Object.hasOwn(MAKE_BY_CODE, wire.code)) {
    return MAKE_BY_CODE[wire.code](wire.message, { ...cause, details: wire.details ?? {} });
  }
  const error = new Error(wire.message, cause);
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

function plainData(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(details)) {
    try {
      plain[key] = structuredClone(value);
    } catch {
      plain[key] = String(value);
    }
  }
  return plain;
}

type MakeError = (message: string, options: RewardErrorOptions) => RewardError;

function coded<Code extends RewardErrorCode>(
  Class: new (code: Code, message: string, options: RewardErrorOptions) => RewardError,
  code: Code,
): MakeError {
  return (message, options) => new Class(code, message, options);
}

/** Complete on purpose: a new code does not compile until it has its class here. */
const MAKE_BY_CODE: Record<RewardErrorCode, MakeError> = {
  INVALID_ARGUMENT: (message, options) => new InvalidArgumentError(message, options),
  ADDON_NOT_FOUND: coded(AddonLoadError, "ADDON_NOT_FOUND"),
  ADDON_INCOMPATIBLE: coded(AddonLoadError, "ADDON_INCOMPATIBLE"),
  MODEL_NOT_FOUND: coded(ModelLoadError, "MODEL_NOT_FOUND"),
  MODEL_INVALID: coded(ModelLoadError, "MODEL_INVALID"),
  MODEL_UNSUPPORTED: coded(ModelLoadError, "MODEL_UNSUPPORTED"),
  MODEL_LOAD_FAILED: coded(ModelLoadError, "MODEL_LOAD_FAILED"),
  HEAD_INVALID: coded(HeadLoadError, "HEAD_INVALID"),
  HEAD_MISMATCH: coded(HeadLoadError, "HEAD_MISMATCH"),
  TEMPLATE_SYNTAX: coded(TemplateError, "TEMPLATE_SYNTAX"),
  TEMPLATE_REJECTED: coded(TemplateError, "TEMPLATE_REJECTED"),
  CONVERSATION_INVALID: coded(ConversationError, "CONVERSATION_INVALID"),
  CONVERSATION_TOO_LONG: coded(ConversationError, "CONVERSATION_TOO_LONG"),
  CONVERSATION_UNSCORABLE: coded(ConversationError, "CONVERSATION_UNSCORABLE"),
  CHECKPOINT_INVALID: coded(CheckpointError, "CHECKPOINT_INVALID"),
  CHECKPOINT_UNSUPPORTED: coded(CheckpointError, "CHECKPOINT_UNSUPPORTED"),
  CONVERSION_FAILED: coded(CheckpointError, "CONVERSION_FAILED"),
  DOWNLOAD_FAILED: coded(DownloadError, "DOWNLOAD_FAILED"),
  DATASET_INVALID: coded(DatasetError, "DATASET_INVALID"),
  FILE_FAILED: coded(FileError, "FILE_FAILED"),
  FILE_LOCKED: coded(FileError, "FILE_LOCKED"),
  CONTEXT_FAILED: coded(ContextError, "CONTEXT_FAILED"),
  OUT_OF_MEMORY: coded(ContextError, "OUT_OF_MEMORY"),
  CONTEXT_BUSY: coded(ContextError, "CONTEXT_BUSY"),
  KV_CACHE_FULL: coded(DecodeError, "KV_CACHE_FULL"),
  BATCH_INVALID: coded(DecodeError, "BATCH_INVALID"),
  DECODE_FAILED: coded(DecodeError, "DECODE_FAILED"),
  SCORE_INVALID: coded(ScoreError, "SCORE_INVALID"),
  HOST_FAILED: coded(HostError, "HOST_FAILED"),
  // The class writes its own sentence around what was disposed.
  DISPOSED: () => new DisposedError("The model in the scoring host"),
};
