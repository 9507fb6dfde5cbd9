import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { hubIdOfCache } from "../../data/hub/cache-layout.js";
import { InvalidArgumentError } from "../../errors.js";
import { REWARD_JSON } from "../../model/folder/file-names.js";
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
  const stats = await stat(target).catch((cause: unknown) => {
    throw new InvalidArgumentError(
      `Expected a model folder, a GGUF file or a checkpoint folder but ${target} cannot be read.`,
      { cause },
    );
  });
  if (stats.isFile()) return inspectGguf(target);
  if (existsSync(path.join(target, REWARD_JSON))) return inspectModelFolder(target);
  return inspectCheckpoint(target, hubId ?? hubIdOfCache(target), base);
}
