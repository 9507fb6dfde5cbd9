import { z } from "zod";

/** Version of `reward.json` this build writes. A newer one is refused, never guessed at; version 1 lacks the checksums of headers and of its own. */
export const REWARD_JSON_VERSION = 2;

/** Backbone storage types, as `--type` names them. */
export const BACKBONE_TYPES = ["f32", "f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m"] as const;
export type BackboneType = (typeof BACKBONE_TYPES)[number];

const fileRecord = z.strictObject({
  /** File name inside its folder. */
  file: z.string().regex(/^[^/\\]+$/, "a plain file name"),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type FileRecord = z.infer<typeof fileRecord>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const weightsRecord = fileRecord.extend({
  /** Of everything before the weights: metadata, tokenizer, list of tensors. Checked at every load, at no cost. */
  headerSha256: sha256.optional(),
});
/** A file with weights. */
export type WeightsRecord = z.infer<typeof weightsRecord>;

const message = z.strictObject({ role: z.string(), content: z.string() });

/** A score that the model's card publishes, for `verify`. */
const publishedScore = z.strictObject({
  name: z.string(),
  messages: z.array(message).min(1),
  reward: z.number(),
  /** Largest difference accepted: published scores come from 16-bit engines. */
  tolerance: z.number().positive(),
});
export type PublishedScore = z.infer<typeof publishedScore>;

const promptSchema = z.strictObject({
  /** Jinja source of the chat template. */
  template: z.string(),
  /** Special-token texts the template may use: `bos_token`, `eos_token`, … */
  templateVariables: z.record(z.string(), z.string()),
  /** Pinned `date_string`, and what `strftime_now` answers with, so that a score never depends on the day. */
  date: z.string().nullable(),
  /** Unicode normalization the checkpoint's tokenizer asks for; llama.cpp does none. */
  normalization: z.enum(["NFC", "NFD", "NFKC", "NFKD"]).nullable(),
  /** Who puts a space in front of text, see `SpacePrefix` in lib/convert/tokenizer/tokenizer-info.ts. */
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
  /** Token id appended to every input when the published usage appends EOS itself. */
  appendEosToken: z.int().nonnegative().nullable(),
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
  /** Roles that the template is known to accept are not listed: the template itself decides. */
});
export type PromptSpec = z.infer<typeof promptSchema>;

const contentSchema = z.strictObject({
  schemaVersion: z.union([z.literal(1), z.literal(REWARD_JSON_VERSION)]),
  /** What to call the model in messages: the Hub id, or the checkpoint folder's name. */
  name: z.string().min(1),
  source: z.strictObject({
    hubId: z.string().nullable(),
    revision: z.string().nullable(),
    /** Profile applied (a file of `models/`, by name), or null. */
    profile: z.string().nullable(),
    license: z.string().nullable(),
    files: z.array(fileRecord),
  }),
  backbone: z.strictObject({
    /** GGUF architecture name. */
    architecture: z.string(),
    hiddenSize: z.int().positive(),
    layerCount: z.int().positive(),
    vocabSize: z.int().positive(),
    contextLength: z.int().positive(),
    defaultType: z.enum(BACKBONE_TYPES),
    /** GGUF files present, by type. */
    files: z.partialRecord(z.enum(BACKBONE_TYPES), weightsRecord),
  }),
  /** The head's own section; `lib/head/registry.ts` checks it by `kind`. */
  head: z.looseObject({ kind: z.string() }),
  headFile: weightsRecord,
  prompt: promptSchema,
  publishedScores: z.array(publishedScore),
  /** Bradley-Terry temperature fitted on held-out pairs; `compare` divides the margin by it. */
  calibration: z.strictObject({ temperature: z.number().positive(), pairs: z.int().positive() }).nullable(),
  /** What `inspect`, `verify` and `score` should tell the user about this model. */
  notes: z.array(z.string()),
  /** Of what decides about scores in this file, see `scoringChecksum`. Written with the file. */
  scoringSha256: sha256.optional(),
});

export const rewardJsonSchema = contentSchema.superRefine((content, context) => {
  if (content.schemaVersion === 1) return;
  const missing = [
    ...(content.scoringSha256 === undefined ? [["scoringSha256"]] : []),
    ...(content.headFile.headerSha256 === undefined ? [["headFile", "headerSha256"]] : []),
    ...Object.entries(content.backbone.files)
      .filter(([, record]) => record.headerSha256 === undefined)
      .map(([type]) => ["backbone", "files", type, "headerSha256"]),
  ];
  for (const path of missing) context.addIssue({ code: "custom", path, message: "is missing" });
});
export type RewardJson = z.infer<typeof rewardJsonSchema>;
