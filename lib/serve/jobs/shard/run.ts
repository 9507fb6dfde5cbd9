import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../../../formats/json/canonical-json.js";
import { loadOptionsSchema, type LoadOptions } from "../../../model/load-options.js";
import { EMIT_FIELDS } from "../../../score/score.js";

/** Version of what is written: a worker of another one refuses. */
export const RUN_FORM = 1;

const digest = z.string().regex(/^[0-9a-f]{32,64}$/);
const count = z.int().nonnegative();

/** Options of `RewardModel.load` that change rewards: the same on every machine. All others are each worker's own. */
export const scoringOptionsSchema = loadOptionsSchema
  .pick({
    type: true,
    contextLength: true,
    kvType: true,
    prefill: true,
    precision: true,
    bos: true,
    specialTokens: true,
    truncate: true,
    aggregate: true,
  })
  .required({ type: true });
/** See {@link scoringOptionsSchema}. */
export type ScoringOptions = z.infer<typeof scoringOptionsSchema>;

/** Those of them that are given. */
export function givenScoringOptions(options: LoadOptions): Partial<ScoringOptions> {
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && name in scoringOptionsSchema.shape,
  );
  return Object.fromEntries(given);
}

/** `run.json` beside the results: what every shard of a run has in common. */
export const runSchema = z.strictObject({
  form: z.literal(RUN_FORM),
  /** SHA-256 of all that decides about the results, but for the content of the records, which each shard has a digest of. */
  id: digest,
  /** Version of this package: another one might give other rewards. */
  build: z.string(),
  model: z.strictObject({
    name: z.string(),
    architecture: z.string(),
    /** SHA-256 of weights, head and prompt rules. */
    fingerprint: digest,
    /** `owner/name@commit` on the Hub, where it came from there. */
    hubName: z.string().optional(),
  }),
  options: scoringOptionsSchema,
  emit: z.array(z.enum(EMIT_FIELDS)),
  data: z.strictObject({
    input: z.string(),
    split: z.string().optional(),
    config: z.string().optional(),
    files: z.array(z.strictObject({ name: z.string(), sizeBytes: count })),
  }),
  /** Records of a shard, more or less: those that share a prompt stay together. */
  chunk: z.int().positive(),
  shards: count,
  records: count,
});
/** See {@link runSchema}. */
export type JobRun = z.infer<typeof runSchema>;

/** Where a run is described, in the place of its results. */
export const RUN_KEY = "run.json";

/** The id of a run. */
export function runId(run: Omit<JobRun, "id" | "shards" | "records">): string {
  return createHash("sha256").update(canonicalJson(run)).digest("hex");
}
