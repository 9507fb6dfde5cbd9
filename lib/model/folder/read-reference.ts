import path from "node:path";
import { ModelLoadError } from "../../errors.js";
import { REFERENCE_FOLDER } from "./file-names.js";
import { readRewardJson } from "./read-reward-json.js";
import type { FileRecord, RewardJson } from "./reward-json.js";

/**
 * Reads what a DPO model folder says of its reference: the model folder inside it.
 * @returns undefined for models without one
 * @throws ModelLoadError as `readRewardJson`, and `MODEL_INVALID`: it is not the model that was recorded
 */
export async function readReference(
  modelDir: string,
  { reference, backbone }: RewardJson,
  options: { check?: boolean | undefined } = {},
): Promise<RewardJson | undefined> {
  if (reference === undefined) return undefined;
  const directory = path.join(modelDir, REFERENCE_FOLDER);
  const found = await readRewardJson(directory, options);
  const fault = referenceFault(reference.files, found, backbone.vocabSize);
  if (fault === undefined) return found;
  throw new ModelLoadError(
    "MODEL_INVALID",
    `${directory} cannot be used: ${fault}. Convert policy and reference again, or copy the model folder again.`,
    { details: { directory } },
  );
}

/** Why a model cannot be the reference that was made from these files. */
function referenceFault(
  recorded: readonly FileRecord[],
  { source, head, backbone }: RewardJson,
  vocabSize: number,
): string | undefined {
  const sums = new Map(recorded.map(({ file, sha256 }) => [file, sha256]));
  const other = source.files.find(({ file, sha256 }) => sums.get(file) !== sha256);
  if (other !== undefined || source.files.length !== sums.size)
    return `it was made from another checkpoint than the recorded reference (${other?.file ?? "files are missing"})`;
  if (head.kind !== "log-probability") return `its head is ${head.kind}, expected log-probability`;
  return backbone.vocabSize < vocabSize ? "it has fewer tokens than the policy" : undefined;
}
