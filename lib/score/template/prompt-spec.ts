import { z } from "zod";
import { stepsRuleSchema } from "../conversation/steps-rule.js";

/**
 * Who puts a space in front of a text. `none`: nobody. `native`: llama.cpp does, before every stretch of text between special
 * tokens (`tokenizer.ggml.add_space_prefix`). `first`, `each`: llama.cpp cannot do it that way, so the caller adds one before the
 * first stretch, or every stretch, that does not begin with a space (`lib/score/template/normalize.ts`).
 */
export type SpacePrefix = "none" | "native" | "first" | "each";

/** The section `prompt` of `reward.json`: how a conversation becomes the input of this model. */
export const promptSchema = z.strictObject({
  /** Jinja source of the chat template. */
  template: z.string(),
  /** Special-token texts the template may use: `bos_token`, `eos_token`, … */
  templateVariables: z.record(z.string(), z.string()),
  /** Pinned `date_string`, and what `strftime_now` answers with, so that a score never depends on the day. */
  date: z.string().nullable(),
  /** Unicode normalization the checkpoint's tokenizer asks for; llama.cpp does none. */
  normalization: z.enum(["NFC", "NFD", "NFKC", "NFKD"]).nullable(),
  /** Who puts a space in front of text, see `SpacePrefix`. */
  spacePrefix: z.enum(["none", "native", "first", "each"]),
  /** Special tokens that swallow the white space in front of them, or behind them; llama.cpp does neither. */
  stripBefore: z.array(z.string()),
  stripAfter: z.array(z.string()),
  /** Whether the published usage tokenizes the rendered text with the tokenizer's own additions. */
  addSpecialTokens: z.boolean(),
  /** Token ids the tokenizer adds in front and behind when `addSpecialTokens`. */
  prefixTokens: z.array(z.int().nonnegative()),
  suffixTokens: z.array(z.int().nonnegative()),
  /** BOS token id, for `--bos once` and `none`. */
  bosToken: z.int().nonnegative().nullable(),
  /** Takes the text of BOS out of the rendered prompt, wherever it occurs. */
  removeBosText: z.boolean(),
  /** Whether the published usage leaves one BOS of those that lead the prompt: the template's and the tokenizer's. Absent: no. */
  mergesBos: z.boolean().optional(),
  /** Token id appended to every input when the published usage appends EOS itself. */
  appendEosToken: z.int().nonnegative().nullable(),
  /** The token that every input ends in; absent for models without one. It is never cut. */
  ending: z
    .strictObject({
      token: z.int().nonnegative(),
      /** Characters cut from the end of the text, before anything is added. */
      strip: z.string(),
      /** Text put in front of the token where it has to be added. */
      separator: z.string(),
    })
    .optional(),
  padToken: z.int().nonnegative().nullable(),
  position: z.enum(["last", "last-non-pad", "before-first-pad"]),
  /** For heads that gate on the prompt: the text whose last occurrence (as tokens) marks the gating position. */
  gatingText: z.string().nullable(),
  /** Pair-preference models: the pieces that two answers and their context are put together with. */
  pair: z
    .strictObject({
      /** Message i gets `user` in front when i is even, else `assistant`. */
      context: z.strictObject({
        before: z.string(),
        user: z.string(),
        assistant: z.string(),
        after: z.string(),
      }),
      /** Text with the places `{context}`, `{response_A}` and `{response_B}`. */
      prompt: z.string(),
    })
    .nullable(),
  /** Heads that read all tokens of the answer: where it begins is looked for. */
  readsAnswer: z.literal(true).optional(),
  /** Process reward models: how the steps of an answer are joined, which tokens are scored, how the rewards become one. */
  steps: stepsRuleSchema.optional(),
  /** Roles that the template is known to accept are not listed: the template itself decides. */
});
export type PromptSpec = z.infer<typeof promptSchema>;
