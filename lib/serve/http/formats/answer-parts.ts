import { z } from "zod";

/** Parts that the answers of several formats have. */

/** A reward as the head gives it. */
export const rewardSchema = z
  .number()
  .describe("The raw reward: unbounded, never squashed unless asked for.");

/** Tokens of a request, as OpenAI-like servers count them. */
export const usageSchema = z.object({
  prompt_tokens: z.int(),
  total_tokens: z.int(),
  completion_tokens: z.int().optional(),
});

/** What `list` answers of OpenAI-like servers have in front of their data. */
export const listFields = {
  id: z.string(),
  object: z.literal("list"),
  created: z.int().describe("Seconds since 1970."),
  model: z.string(),
} as const;

/** Those fields, filled in. */
export function listHead(
  kind: string,
  model: string,
  id: string,
): { [Name in keyof typeof listFields]: unknown } {
  return { id: `${kind}-${id}`, object: "list", created: Math.floor(Date.now() / 1000), model };
}
