import { stat } from "node:fs/promises";
import { hubIdOfCache } from "../../data/hub/cache-layout.js";
import { InvalidArgumentError } from "../../errors.js";
import { placeAt, type Place } from "../../model/folder/place.js";
import { nothingKnown } from "../../model/folder/wrong-place.js";
import { inspectCheckpoint } from "./inspect-checkpoint.js";
import { inspectGguf } from "./inspect-gguf.js";
import { inspectModelFolder } from "./inspect-model-folder.js";
import type { Inspection } from "./inspection.js";

/** What `inspect` may be told. */
export interface InspectOptions {
  /** Where a checkpoint came from (`owner/name` on the Hub): finds its profile. Default: as the Hub cache's folder says. */
  hubId?: string | undefined;
  /** For an adapter of PEFT: the folder of the model it was trained on. */
  base?: string | undefined;
}

/**
 * Says what a model folder, a GGUF file or a Hugging Face checkpoint folder is, which head it has, and how it would score. Loads
 * no weights.
 * @throws InvalidArgumentError `INVALID_ARGUMENT` nothing can be read at `target`
 * @throws ModelLoadError, CheckpointError, HeadLoadError, TemplateError what is there is damaged or of no known kind
 * @example
 * ```ts
 * import { inspect } from "llama-reward/check";
 *
 * const { head, verdict } = await inspect("models/urm");
 * console.log(head?.kind, verdict);
 * ```
 */
export async function inspect(target: string, { hubId, base }: InspectOptions = {}): Promise<Inspection> {
  const stats = await stat(target).catch(async (cause: unknown) => {
    throw nothingToInspect(target, await placeAt(target), cause);
  });
  if (stats.isFile()) return inspectGguf(target);
  const place = await placeAt(target);
  if (place.kind === "model-folder") return inspectModelFolder(target);
  if (place.kind !== "checkpoint" && place.kind !== "adapter" && place.kind !== "folder")
    throw nothingToInspect(target, place);
  return inspectCheckpoint(target, hubId ?? hubIdOfCache(target), base);
}

function nothingToInspect(target: string, place: Place, cause?: unknown): InvalidArgumentError {
  const { message, instead } = nothingKnown(target, place);
  return new InvalidArgumentError(message, {
    ...(cause === undefined ? {} : { cause }),
    details: instead === undefined ? {} : { given: target, instead },
  });
}
