import { z } from "zod";
import { InvalidArgumentError } from "../errors.js";
import { EMIT_FIELDS, type ScoreOptions } from "./score.js";
import { zodProblems } from "../util/zod-problems.js";

/** Characters of a caller's name. */
const LONGEST_NAME = 256;

const schema = z.strictObject({
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom((value) => typeof value === "function", "expected a function").optional(),
  caller: z.string().min(1).max(LONGEST_NAME).optional(),
  timeoutMs: z.int().min(1).optional(),
  emit: z.array(z.enum(EMIT_FIELDS)).optional(),
});

/** @throws InvalidArgumentError for a wrong value or an unknown option name: a misspelt one would do nothing, silently */
export function checkScoreOptions(options: ScoreOptions): ScoreOptions {
  const result = schema.safeParse(options);
  if (result.success) return options;
  const problems = zodProblems(result.error, "options");
  throw new InvalidArgumentError(`Nothing can be scored with these options. ${problems.join("; ")}.`, {
    details: { problems },
  });
}
