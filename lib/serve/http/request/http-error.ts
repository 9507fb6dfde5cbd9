import { RewardError, type RewardErrorCode } from "../../../errors.js";

/** An answer that is an error, on purpose. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Errors the client can do something about; all others are the server's. */
const CLIENT_CODES: ReadonlySet<RewardErrorCode> = new Set<RewardErrorCode>([
  "INVALID_ARGUMENT",
  "CONVERSATION_INVALID",
  "CONVERSATION_TOO_LONG",
  "CONVERSATION_UNSCORABLE",
  "TEMPLATE_REJECTED",
  "DATASET_INVALID",
]);

/** Status and body for an error, in the shape that clients of OpenAI-like servers expect. */
export function errorAnswer(error: unknown): { status: number; body: object } {
  const body = (code: string, message: string): object => ({ error: { message, type: "error", code } });
  if (error instanceof HttpError) return { status: error.status, body: body(error.code, error.message) };
  if (error instanceof RewardError) {
    const { code, message } = error as RewardError;
    return { status: CLIENT_CODES.has(code) ? 422 : 500, body: body(code, message) };
  }
  // What went wrong inside is for the server's own log.
  return { status: 500, body: body("INTERNAL", "The server failed. Its log says why.") };
}
