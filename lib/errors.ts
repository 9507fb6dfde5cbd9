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
  | "DEADLINE_EXCEEDED"
  | "HOST_FAILED"
  | "WORKER_UNFIT"
  | "SHARD_INVALID"
  | "SHARDS_MISSING"
  | "QUEUE_FAILED"
  | "STORE_FAILED"
  | "DISPOSED";

/** Options of every error class here: what caused it, and the values a program may want. */
export interface RewardErrorOptions {
  cause?: unknown;
  details?: Readonly<Record<string, unknown>>;
}

/**
 * Base of all errors of this package.
 * @example
 * ```ts
 * import { RewardError, RewardModel } from "llama-reward";
 *
 * try {
 *   await RewardModel.load("models/not-there");
 * } catch (error) {
 *   if (!(error instanceof RewardError)) throw error;
 *   console.log(error.code); // MODEL_NOT_FOUND
 * }
 * ```
 */
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

/** A call was not done within the time it was given (`timeoutMs`). The model stays usable. */
export class DeadlineError extends RewardError<"DEADLINE_EXCEEDED"> {
  constructor(message: string, options?: RewardErrorOptions) {
    super("DEADLINE_EXCEEDED", message, options);
  }
}

/** The process that hosts a model died or speaks another protocol version. */
export class HostError extends RewardError<"HOST_FAILED"> {}

/**
 * A job that many machines share. `WORKER_UNFIT`: this machine cannot do it, another may; `SHARD_INVALID`: nobody can, since the records
 * are not those that were submitted; `SHARDS_MISSING`: it is not done; `QUEUE_FAILED`, `STORE_FAILED`: Redis, or the place of the
 * results, cannot be used.
 */
export class JobError extends RewardError<
  "WORKER_UNFIT" | "SHARD_INVALID" | "SHARDS_MISSING" | "QUEUE_FAILED" | "STORE_FAILED"
> {}

/** Use after `dispose()`. */
export class DisposedError extends RewardError<"DISPOSED"> {
  constructor(message: string, options?: RewardErrorOptions) {
    super("DISPOSED", message, options);
  }

  /** The error of a use after `dispose()`. @param what what was disposed, as the start of a sentence: "The model" */
  static of(what: string, options?: RewardErrorOptions): DisposedError {
    return new DisposedError(`${what} was disposed. Load it again to use it.`, options);
  }
}

type Make<Code extends RewardErrorCode> = (
  code: Code,
  message: string,
  options: RewardErrorOptions,
) => RewardError;

function make<Code extends RewardErrorCode>(
  Class: new (code: Code, message: string, options: RewardErrorOptions) => RewardError,
): Make<Code> {
  return (code, message, options) => new Class(code, message, options);
}

/**
 * The class of every code, for errors that arrive as plain data: from native code, from another process. Complete on
 * purpose: a new code does not compile until it has its class here, nor a class with a code that is not its own.
 */
const MAKE_BY_CODE: { readonly [Code in RewardErrorCode]: Make<Code> } = {
  INVALID_ARGUMENT: (_, message, options) => new InvalidArgumentError(message, options),
  ADDON_NOT_FOUND: make(AddonLoadError),
  ADDON_INCOMPATIBLE: make(AddonLoadError),
  MODEL_NOT_FOUND: make(ModelLoadError),
  MODEL_INVALID: make(ModelLoadError),
  MODEL_UNSUPPORTED: make(ModelLoadError),
  MODEL_LOAD_FAILED: make(ModelLoadError),
  HEAD_INVALID: make(HeadLoadError),
  HEAD_MISMATCH: make(HeadLoadError),
  TEMPLATE_SYNTAX: make(TemplateError),
  TEMPLATE_REJECTED: make(TemplateError),
  CONVERSATION_INVALID: make(ConversationError),
  CONVERSATION_TOO_LONG: make(ConversationError),
  CONVERSATION_UNSCORABLE: make(ConversationError),
  CHECKPOINT_INVALID: make(CheckpointError),
  CHECKPOINT_UNSUPPORTED: make(CheckpointError),
  CONVERSION_FAILED: make(CheckpointError),
  DOWNLOAD_FAILED: make(DownloadError),
  DATASET_INVALID: make(DatasetError),
  FILE_FAILED: make(FileError),
  FILE_LOCKED: make(FileError),
  CONTEXT_FAILED: make(ContextError),
  OUT_OF_MEMORY: make(ContextError),
  CONTEXT_BUSY: make(ContextError),
  KV_CACHE_FULL: make(DecodeError),
  BATCH_INVALID: make(DecodeError),
  DECODE_FAILED: make(DecodeError),
  SCORE_INVALID: make(ScoreError),
  DEADLINE_EXCEEDED: (_, message, options) => new DeadlineError(message, options),
  HOST_FAILED: make(HostError),
  WORKER_UNFIT: make(JobError),
  SHARD_INVALID: make(JobError),
  SHARDS_MISSING: make(JobError),
  QUEUE_FAILED: make(JobError),
  STORE_FAILED: make(JobError),
  DISPOSED: (_, message, options) => new DisposedError(message, options),
};

/** Whether this package has an error class for a code. */
export function isRewardErrorCode(code: unknown): code is RewardErrorCode {
  return typeof code === "string" && Object.hasOwn(MAKE_BY_CODE, code);
}

/** The error of a code, in its class. */
export function errorWithCode(
  code: RewardErrorCode,
  message: string,
  options: RewardErrorOptions = {},
): RewardError {
  const make: Make<never> = MAKE_BY_CODE[code];
  return make(code as never, message, options);
}
