import type { z } from "zod";
import { HttpError } from "./http-error.js";
import { refuseUnhonoured } from "./unhonoured-fields.js";
import { zodProblems } from "../../../util/zod-problems.js";

/**
 * Checks a body's shape. Fields that change no score are passed over: clients send more than a reward model needs. Those of the
 * schema are honoured by its route.
 * @throws HttpError 422 a wrong shape, or a field that would change the score and is not honoured
 */
export function parseBody<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  body: unknown,
): z.infer<z.ZodObject<Shape>> {
  const request = parseShape(schema, body);
  refuseUnhonoured(body, Object.keys(schema.shape));
  return request;
}

/** Checks a body's shape and nothing else. @throws HttpError 422 */
export function parseShape<Shape>(schema: z.ZodType<Shape>, body: unknown): Shape {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new HttpError(422, "INVALID_ARGUMENT", zodProblems(result.error, "body").join("; "));
}
