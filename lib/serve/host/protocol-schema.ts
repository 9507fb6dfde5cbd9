import { z } from "zod";
import { EMIT_FIELDS } from "../../score/score.js";

/**
 * Shapes of the client's messages. The host checks every message, because a client may be a page. Conversations stay
 * `unknown` here: the scorer checks them itself and gives its own typed error in the right place.
 */

const id = z.int().nonnegative();
const count = z.int().positive();

const options = z.strictObject({
  emit: z.array(z.enum(EMIT_FIELDS)),
  /** Whether `progress` messages are wanted. */
  progress: z.boolean(),
  /** Whose call it is; see `ScoreOptions`. */
  caller: z.string().min(1).max(256).optional(),
});

const request = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("score"), messages: z.unknown() }),
  z.strictObject({ method: z.literal("rank"), prompt: z.unknown(), responses: z.array(z.unknown()) }),
  z.strictObject({ method: z.literal("compare"), prompt: z.unknown(), a: z.unknown(), b: z.unknown() }),
  z.strictObject({
    method: z.literal("scoreTexts"),
    texts: z.array(z.string()),
    addSpecialTokens: z.boolean(),
  }),
  z.strictObject({ method: z.literal("status") }),
]);

export const clientMessageSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("hello"), protocol: z.int(), version: z.string() }),
  z.strictObject({
    type: z.literal("load"),
    id,
    modelDir: z.string(),
    options: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({ type: z.literal("call"), id, request, options }),
  z.strictObject({ type: z.literal("open"), id, options }),
  z.strictObject({ type: z.literal("items"), id, items: z.array(z.unknown()), end: z.boolean() }),
  z.strictObject({ type: z.literal("taken"), id, count }),
  z.strictObject({ type: z.literal("abort"), id }),
  z.strictObject({ type: z.literal("dispose"), id }),
  z.strictObject({ type: z.literal("ping"), id }),
]);
