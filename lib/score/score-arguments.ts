import { z } from "zod";
import { InvalidArgumentError } from "../errors.js";
import type { ScoreOptions } from "./score.js";
import { zodProblems } from "../util/zod-problems.js";

const schema = z.strictObject({
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom((value) => typeof value === "function", "expected a function").optional(),
  emit: z.array(z.enum(["prompt", "ids", "hidden"])).optional(),
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

/** @throws InvalidArgumentError for anything but an array; its texts are checked as messages */
export function checkResponses(value: unknown): void {
  if (Array.isArray(value)) return;
  throw new InvalidArgumentError(`Expected an array of texts for responses but received ${describe(value)}.`);
}

/** @throws InvalidArgumentError for what cannot be looped over, and for a text, whose letters are no conversations */
export function checkStream(value: unknown): void {
  if (typeof value === "object" && value && (Symbol.asyncIterator in value || Symbol.iterator in value))
    return;
  throw new InvalidArgumentError(`Expected an iterable of conversations but received ${describe(value)}.`);
}

function describe(value: unknown): string {
  return value === null ? "null" : typeof value;
}
