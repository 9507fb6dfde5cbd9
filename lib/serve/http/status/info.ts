import { z } from "zod";
import type { ModelDescription } from "../../../score/score.js";
import { packageVersion } from "../../../util/package-version.js";
import type { ServerParts } from "../server-parts.js";

/** What `/info` answers: the fields of Text Embeddings Inference's `Info`, and all that is known of each model. */
export const infoSchema = z.object({
  model_id: z.string(),
  model_sha: z
    .string()
    .describe("Fingerprint of what the rewards depend on: backbone, head and prompt rules."),
  model_dtype: z.string(),
  model_type: z.object({
    classifier: z.object({
      id2label: z.record(z.string(), z.string()),
      label2id: z.record(z.string(), z.int()),
    }),
  }),
  max_concurrent_requests: z.int(),
  max_input_length: z.int(),
  max_client_batch_size: z.int(),
  auto_truncate: z.boolean(),
  version: z.string(),
  models: z.array(z.looseObject({ name: z.string(), task: z.string(), contextLength: z.int() })),
  limits: z.record(z.string(), z.int()),
});

/**
 * Source of the names: TEI's OpenAPI document (1.8), `Info`.
 * @param asked the model that the first fields are about; the first one where none is named
 */
export function serverInfo(
  { models, settings }: ServerParts,
  asked: string | undefined,
): z.infer<typeof infoSchema> {
  const all: ModelDescription[] = models.list.map(({ description }) => description);
  const [first] = asked === undefined ? all : [models.choose({}, asked).description];
  if (first === undefined) throw new Error("A server has a model.");
  const { maxBodyBytes, maxItems, maxItemChars, maxRequests, maxQueue, workMs } = settings;
  return {
    model_id: first.name,
    model_sha: first.fingerprint,
    model_dtype: first.type,
    model_type: { classifier: { id2label: { "0": "LABEL_0" }, label2id: { LABEL_0: 0 } } },
    max_concurrent_requests: maxRequests + maxQueue,
    max_input_length: first.contextLength,
    max_client_batch_size: maxItems,
    auto_truncate: first.settings.truncate !== "error",
    version: packageVersion(),
    models: all.map((description) => ({ ...description })),
    limits: { maxBodyBytes, maxItems, maxItemChars, maxRequests, maxQueue, workMs },
  };
}
