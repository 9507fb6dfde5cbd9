import { z } from "zod";
import { stepsRuleSchema } from "../../score/conversation/steps-rule.js";
import { headProfileSchema } from "../../score/head/head-profile.js";
import { rewardJsonSchema } from "../folder/reward-json.js";

const promptProfileSchema = z.strictObject({
  /** Jinja source, for checkpoints that come without a chat template. */
  template: z.string().min(1).optional(),
  /** `date_string` of the template; also what `strftime_now` answers with. */
  date: z.string().optional(),
  /** Whether the published usage tokenizes the rendered text with the tokenizer's own additions. */
  addSpecialTokens: z.boolean().optional(),
  /** Whether the published usage appends EOS itself. */
  appendEos: z.boolean().optional(),
  position: z.enum(["last", "last-non-pad", "before-first-pad"]).optional(),
  /** Text whose last occurrence marks the gating position. */
  gatingText: z.string().min(1).optional(),
  /**
   * How many BOS the published usage ends up with, for `verify`. `none` also takes the text of BOS out of the rendered prompt:
   * leave it out for models whose template and tokenizer write none anyway.
   */
  bos: z.enum(["double", "once", "none"]).optional(),
  /** Process reward models: how the steps of an answer are joined and scored. */
  steps: stepsRuleSchema.optional(),
});

const percent = z.number().min(0).max(100);

/** Everything known of a published model beside its own files. Every field is optional: what is not known is left out. */
export const profileSchema = z.strictObject({
  /** Hub ids this profile is for, the current one first; compared without regard to case. */
  hubIds: z.array(z.string().regex(/^[^/\s]+\/[^/\s]+$/, "owner/name")).default([]),
  license: z.string().optional(),
  /** Backbone family, for people: `llama`, `gemma2`, `qwen3`, … The converter reads the checkpoint's own config. */
  backbone: z.string().optional(),
  head: headProfileSchema.default({}),
  prompt: promptProfileSchema.default({}),
  /** Most tokens of an input in the published usage, where that is less than the backbone's own. */
  contextLength: z.int().positive().optional(),
  /** RewardBench leaderboard row, in percent. */
  publishedRewardBench: z
    .strictObject({ average: percent, chat: percent, chatHard: percent, safety: percent, reasoning: percent })
    .partial()
    .optional(),
  /** Scores published with their conversation, for `verify`. */
  publishedScores: rewardJsonSchema.shape.publishedScores.default([]),
  /** What a user of this model should be told. */
  warnings: z.array(z.string()).default([]),
  /** The lowest precision its authors advise against, e.g. `8bit`: `verify` warns of such a backbone. */
  advisedAgainst: z.array(z.enum(["8bit", "4bit"])).default([]),
  /** Where each fact comes from, by field name. */
  sources: z.record(z.string(), z.string()).default({}),
});

/** A checked profile. `name` is its file's name without `.json`. */
export type Profile = z.infer<typeof profileSchema> & { name: string };

/** The short form of a `profile.json` in a checkpoint folder: the head's constants and the prompt's rules on the top level. */
const shortProfileSchema = z.strictObject({
  head: z.string(),
  ...headProfileSchema.omit({ kind: true }).shape,
  ...promptProfileSchema.shape,
  license: profileSchema.shape.license,
});

/**
 * Checks the content of a profile file: the form of `models/*.json`, or the short one with `"head": "<kind>"` and the head's
 * constants beside it.
 * @throws z.ZodError
 */
export function parseProfile(name: string, content: unknown): Profile {
  return { name, ...profileSchema.parse(isShort(content) ? expand(content) : content) };
}

function isShort(content: unknown): boolean {
  return (
    typeof content === "object" && content !== null && "head" in content && typeof content.head === "string"
  );
}

function expand(content: unknown): z.input<typeof profileSchema> {
  const { head, license, ...rest } = shortProfileSchema.parse(content);
  const promptFields = new Set(Object.keys(promptProfileSchema.shape));
  const entries = Object.entries(rest);
  return {
    ...(license === undefined ? {} : { license }),
    head: { kind: head, ...Object.fromEntries(entries.filter(([field]) => !promptFields.has(field))) },
    prompt: Object.fromEntries(entries.filter(([field]) => promptFields.has(field))),
  };
}
