import { RewardError, type RewardErrorCode } from "../../../errors.js";

/** Header fields that an answer has beside those of every answer. */
export type ExtraHeaders = Readonly<Record<string, string>>;

/** An answer that is an error, on purpose. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: ExtraHeaders;

  constructor(status: number, code: string, message: string, headers: ExtraHeaders = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
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

/** What an error is answered with. */
export interface ErrorAnswer {
  status: number;
  body: { error: { message: string; type: "error"; code: string } };
  headers: ExtraHeaders;
}

/** Status and body for an error, in the shape that clients of OpenAI-like servers expect. */
export function errorAnswer(error: unknown): ErrorAnswer {
  const answer = (
    status: number,
    code: string,
    message: string,
    headers: ExtraHeaders = {},
  ): ErrorAnswer => ({
    status,
    body: { error: { message, type: "error", code } },
    headers,
  });
  if (error instanceof HttpError) return answer(error.status, error.code, error.message, error.headers);
  if (error instanceof RewardError) {
    const { code, message } = error as RewardError;
    if (code === "DEADLINE_EXCEEDED") return answer(504, code, message);
    return answer(CLIENT_CODES.has(code) ? 422 : 500, code, message);
  }
  // What went wrong inside is for the server's own log.
  return answer(500, "INTERNAL", "The server failed. Its log says why.");
}
