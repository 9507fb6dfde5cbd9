import { z } from "zod";
import { promptSchema } from "../../score/template/prompt-spec.js";
import { BACKBONE_TYPES } from "../architecture/backbone-type.js";

/** Version of `reward.json` this build writes. A newer one is refused, never guessed at; version 1 lacks the checksums of headers and of its own. */
export const REWARD_JSON_VERSION = 2;

const fileRecord = z.strictObject({
  /** File name inside its folder. */
  file: z.string().regex(/^[^/\\]+$/, "a plain file name"),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
/** A file of a model folder or checkpoint: its name, size in bytes and SHA-256. */
export type FileRecord = z.infer<typeof fileRecord>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const weightsRecord = fileRecord.extend({
  /** Of everything before the weights: metadata, tokenizer, list of tensors. Checked at every load, at no cost. */
  headerSha256: sha256.optional(),
  /** How records decided about a quantized backbone; absent where they did not. */
  fitted: z
    .strictObject({
      /** Conversations that were looked at. */
      conversations: z.int().positive(),
      /** Matrices that stayed in 16 bits. */
      kept: z.array(z.string()),
      /** Largest error of a reward among them, in standard deviations of the rewards, where it was bounded. */
      largestError: z.number().nonnegative().optional(),
    })
    .optional(),
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
/** A score that the model's card publishes, with the tolerance within which it counts as reproduced. */
export type PublishedScore = z.infer<typeof publishedScore>;

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
    /** The model that an adapter was merged into, which `files` are of; absent where the checkpoint was whole. */
    base: z
      .strictObject({
        /** Its Hub id, or its folder's name. */
        name: z.string().min(1),
        revision: z.string().nullable(),
        files: z.array(fileRecord),
      })
      .optional(),
  }),
  backbone: z.strictObject({
    /** GGUF architecture name. */
    architecture: z.string(),
    hiddenSize: z.int().positive(),
    layerCount: z.int().positive(),
    vocabSize: z.int().positive(),
    contextLength: z.int().positive(),
    defaultType: z.enum(BACKBONE_TYPES),
    /** How many of the checkpoint's weights f16 does not hold as they are; absent where they were not counted. */
    f16Losses: z
      .strictObject({
        overflow: z.int().nonnegative(),
        underflow: z.int().nonnegative(),
        inexact: z.int().nonnegative(),
      })
      .optional(),
    /** GGUF files present, by type. */
    files: z.partialRecord(z.enum(BACKBONE_TYPES), weightsRecord),
  }),
  /** The head's own section; `lib/score/head/registry.ts` checks it by `kind`. */
  head: z.looseObject({ kind: z.string() }),
  headFile: weightsRecord,
  prompt: promptSchema,
  /** Of DPO models: the reference, whose model folder is `reference/`; absent for all others. */
  reference: z
    .strictObject({
      /** Its Hub id, or its folder's name. */
      name: z.string().min(1),
      revision: z.string().nullable(),
      /** What its model folder was made from. */
      files: z.array(fileRecord),
    })
    .optional(),
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
/** The content of `reward.json`: what a model folder is, where it came from, and how its prompts are built. */
export type RewardJson = z.infer<typeof rewardJsonSchema>;
