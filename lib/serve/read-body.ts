import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { HttpError } from "./http-error.js";
import { DEEPEST_RECORD, isDeeperThan } from "../dataset/parse-json.js";
import { parseRecords } from "../dataset/parse-records.js";

/**
 * Reads a JSON body up to a size.
 * @throws HttpError 413 too large, 415 not announced as JSON, 400 no JSON
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  // A page can only send this type after asking the server first, which never agrees: no page can post here.
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON, with content-type: application/json.");
  }
  const tooLarge = new HttpError(
    413,
    "BODY_TOO_LARGE",
    `The body is larger than ${maxBytes} bytes. Send less at once.`,
  );
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // The connection outlives a body that is too large: its answer goes out there.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = parseRecords(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HttpError(400, "BODY_INVALID", `The body is not JSON: ${reason}`);
  }
  if (!isDeeperThan(value, DEEPEST_RECORD)) return value;
  throw new HttpError(
    400,
    "BODY_INVALID",
    `The body has lists or objects more than ${DEEPEST_RECORD} levels deep.`,
  );
}

/** Checks a body's shape. Fields it does not name are ignored: clients send more than a reward model needs. @throws HttpError 422 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new HttpError(422, "INVALID_ARGUMENT", problems.join("; "));
}
