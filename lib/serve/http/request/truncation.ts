import { z } from "zod";
import type { ServableScorer } from "./route.js";
import { HttpError } from "./http-error.js";

/** How Text Embeddings Inference's requests ask for long texts to be cut. */
export const truncationFields = {
  truncate: z.boolean().nullish(),
  truncation_direction: z.enum(["left", "right", "Left", "Right"]).nullish(),
} as const;

/**
 * Whether long texts are cut, and where, is the server's own setting. A request that asks for the same is honoured; one that
 * cannot be is refused: a text that fits gives the same score either way, one that does not is an error unless the server cuts.
 * @throws HttpError 422 the server cuts, and the request asks for something else
 */
export function checkTruncation(
  { truncate, truncation_direction: direction }: z.infer<z.ZodObject<typeof truncationFields>>,
  { description }: ServableScorer,
): void {
  const rule = description.settings.truncate;
  if (rule === "error") return;
  const isOther = truncate === false || (direction != null && direction.toLowerCase() !== rule);
  if (!isOther) return;
  throw new HttpError(
    422,
    "FIELD_NOT_SUPPORTED",
    `This server cuts long prompts at their ${rule === "left" ? "start" : "end"} (--truncate ${rule}), whatever a request says. ` +
      "Leave out truncate and truncation_direction, or start it otherwise.",
  );
}
