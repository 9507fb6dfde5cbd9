/**
 * Every error this package throws on purpose. A `code` never changes its meaning between versions, messages may:
 * switch on `code`, show `message`.
 */

/** All stable error codes. */
export type RewardErrorCode =
  | "INVALID_ARGUMENT"
  | "ADDON_NOT_FOUND"
  | "ADDON_INCOMPATIBLE"
  | "MODEL_NOT_FOUND"
  | "MODEL_INVALID"
  | "MODEL_UNSUPPORTED"
  | "MODEL_LOAD_FAILED"
  | "HEAD_INVALID"
  | "HEAD_MISMATCH"
  | "TEMPLATE_SYNTAX"
  | "TEMPLATE_REJECTED"
  | "CONVERSATION_INVALID"
  | "CONVERSATION_TOO_LONG"
  | "CONVERSATION_UNSCORABLE"
  | "CHECKPOINT_INVALID"
  | "CHECKPOINT_UNSUPPORTED"
  | "CONVERSION_FAILED"
  | "DOWNLOAD_FAILED"
  | "DATASET_INVALID"
  | "FILE_FAILED"
  | "FILE_LOCKED"
  | "CONTEXT_FAILED"
  | "OUT_OF_MEMORY"
  | "CONTEXT_BUSY"
  | "KV_CACHE_FULL"
  | "BATCH_INVALID"
  | "DECODE_FAILED"
  | "SCORE_INVALID"
  | "HOST_FAILED"
  | "DISPOSED";

/** Options of every error class here: what caused it, and the values a program may want. */
export interface RewardErrorOptions {
  cause?: unknown;
  details?: Readonly<Record<string, unknown>>;
}

/** Base of all errors of this package. */
export class RewardError<Code extends RewardErrorCode = RewardErrorCode> extends Error {
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: RewardErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** A caller's argument has the wrong type or range. */
export class InvalidArgumentError extends RewardError<"INVALID_ARGUMENT"> {
  constructor(message: string, options?: RewardErrorOptions) {
    super("INVALID_ARGUMENT", message, options);
  }
}

/** The native addon, or the llama.cpp library it opens, could not be loaded. Lists every path tried. */
export class AddonLoadError extends RewardError<"ADDON_NOT_FOUND" | "ADDON_INCOMPATIBLE"> {}

/** A model folder or GGUF file cannot be used. Carries llama.cpp's last log lines in `details.log`. */
export class ModelLoadError extends RewardError<
  "MODEL_NOT_FOUND" | "MODEL_INVALID" | "MODEL_UNSUPPORTED" | "MODEL_LOAD_FAILED"
> {}

/** Head tensors are missing, ill-shaped, or belong to another backbone. */
export class HeadLoadError extends RewardError<"HEAD_INVALID" | "HEAD_MISMATCH"> {}

/** The chat template cannot be parsed, or refuses the messages itself. */
export class TemplateError extends RewardError<"TEMPLATE_SYNTAX" | "TEMPLATE_REJECTED"> {}

/** A conversation is malformed, too long for the context, or has no position the head can score. */
export class ConversationError extends RewardError<
  "CONVERSATION_INVALID" | "CONVERSATION_TOO_LONG" | "CONVERSATION_UNSCORABLE"
> {}

/** A Hugging Face checkpoint folder cannot be read or converted. Nothing was written. */
export class CheckpointError extends RewardError<
  "CHECKPOINT_INVALID" | "CHECKPOINT_UNSUPPORTED" | "CONVERSION_FAILED"
> {}

/** A file from the Hub could not be downloaded. */
export class DownloadError extends RewardError<"DOWNLOAD_FAILED"> {}

/** Input records cannot be read. */
export class DatasetError extends RewardError<"DATASET_INVALID"> {}

/** Reading or writing a file failed (disk full, no permission), or another process is writing there. */
export class FileError extends RewardError<"FILE_FAILED" | "FILE_LOCKED"> {}

/** A llama.cpp context cannot be made or used. */
export class ContextError extends RewardError<"CONTEXT_FAILED" | "OUT_OF_MEMORY" | "CONTEXT_BUSY"> {}

/** `llama_decode` refused or failed; its return value is `details.status`. */
export class DecodeError extends RewardError<"KV_CACHE_FULL" | "BATCH_INVALID" | "DECODE_FAILED"> {}

/** A head gave NaN or Infinity. */
export class ScoreError extends RewardError<"SCORE_INVALID"> {}

/** The process that hosts a model died or speaks another protocol version. */
export class HostError extends RewardError<"HOST_FAILED"> {}

/** Use after `dispose()`. */
export class DisposedError extends RewardError<"DISPOSED"> {
  constructor(what: string) {
    super("DISPOSED", `${what} was disposed. Load it again to use it.`);
  }
}

type ErrorClass = new (code: never, message: string, options?: RewardErrorOptions) => RewardError;

const CLASS_BY_CODE: Partial<Record<RewardErrorCode, ErrorClass>> = {
  ADDON_NOT_FOUND: AddonLoadError,
  ADDON_INCOMPATIBLE: AddonLoadError,
  MODEL_NOT_FOUND: ModelLoadError,
  MODEL_INVALID: ModelLoadError,
  MODEL_UNSUPPORTED: ModelLoadError,
  MODEL_LOAD_FAILED: ModelLoadError,
  HEAD_INVALID: HeadLoadError,
  HEAD_MISMATCH: HeadLoadError,
  CONVERSION_FAILED: CheckpointError,
  CONTEXT_FAILED: ContextError,
  OUT_OF_MEMORY: ContextError,
  CONTEXT_BUSY: ContextError,
  KV_CACHE_FULL: DecodeError,
  BATCH_INVALID: DecodeError,
  DECODE_FAILED: DecodeError,
};

/**
 * Wraps an error that crossed the native boundary in its typed class. The native side sets `code`, `message` and
 * `details`; its stack is empty, so the wrapper's is the useful one. Anything without a known `code` comes back as it is.
 */
export function fromNative(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const details =
    "details" in error && typeof error.details === "object" && error.details !== null
      ? (error.details as Readonly<Record<string, unknown>>)
      : {};
  if (error.code === "INVALID_ARGUMENT")
    return new InvalidArgumentError(error.message, { cause: error, details });
  if (error.code === "DISPOSED") return new DisposedError(error.message);
  const Class = CLASS_BY_CODE[error.code as RewardErrorCode];
  return Class === undefined
    ? error
    : new Class(error.code as never, error.message, { cause: error, details });
}
