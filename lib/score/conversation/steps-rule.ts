import { z } from "zod";
import { AGGREGATES } from "./aggregate.js";

const shared = {
  /** How the model's authors make one reward of the steps'. */
  aggregate: z.enum(AGGREGATES),
};

/** The text whose last token is scored, once for every step. */
const mark = z.string().min(1);

/**
 * How a process reward model sees an answer that comes in steps.
 *
 * - `tagged`: the template writes one assistant turn, each step with `tag` behind it and `between` before the next.
 * - `turns`: each step is a user turn, the first one behind the prompt and `joint`; the assistant says `answer` to each.
 * - `pieces`: no template. BOS where the tokenizer has one, the prompt between `beforePrompt` and `afterPrompt`, then each step with
 *   `separator`; every one of them is tokenized on its own. A step's last token is scored, or the one `back` tokens before it.
 */
export const stepsRuleSchema = z.discriminatedUnion("layout", [
  z.strictObject({
    layout: z.literal("tagged"),
    tag: z.string().min(1),
    between: z.string().default(""),
    mark,
    ...shared,
  }),
  z.strictObject({
    layout: z.literal("turns"),
    joint: z.string(),
    answer: z.string().min(1),
    mark,
    ...shared,
  }),
  z.strictObject({
    layout: z.literal("pieces"),
    beforePrompt: z.string().optional(),
    afterPrompt: z.string().default(""),
    separator: z.string(),
    back: z.int().positive().optional(),
    /** Whether a step must not contain the separator: the published usage would split it there. */
    isSplit: z.boolean().default(false),
    ...shared,
  }),
]);
export type StepsRule = z.infer<typeof stepsRuleSchema>;
