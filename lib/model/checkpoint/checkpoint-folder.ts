import path from "node:path";
import { InvalidArgumentError } from "../../errors.js";
import { placeAt, type Place } from "../folder/place.js";
import { notCheckpoint } from "../folder/wrong-place.js";
import { exists } from "../../util/files/optional-file.js";
import { CONFIG_FILE } from "./read-config.js";

/** What `convert` may look into and say more of: what a checkpoint lacks. */
const MAY_BE_ONE: readonly Place["kind"][] = ["checkpoint", "adapter", "empty", "folder"];

/**
 * Checks that a path can be a checkpoint at all, before anything is said of what is in it.
 * @throws InvalidArgumentError when it is not there, no folder, a model folder, or a folder of several
 */
export async function requireFolderOfCheckpoint(directory: string): Promise<void> {
  const place = await placeAt(directory);
  if (!MAY_BE_ONE.includes(place.kind) && !(await hasBoth(directory, place))) throw wrong(directory, place);
}

/**
 * As {@link requireFolderOfCheckpoint}, for a folder that a user names to compare with: one without `config.json` is the wrong one.
 * @throws InvalidArgumentError
 */
export async function requireCheckpoint(directory: string): Promise<void> {
  const place = await placeAt(directory);
  if (place.kind === "checkpoint" || place.kind === "adapter" || (await hasBoth(directory, place))) return;
  throw wrong(directory, place);
}

/** Some keep the converted files among those of the checkpoint. */
async function hasBoth(directory: string, { kind }: Place): Promise<boolean> {
  return kind === "model-folder" && (await exists(path.join(directory, CONFIG_FILE)));
}

function wrong(directory: string, place: Place): InvalidArgumentError {
  const { message, instead } = notCheckpoint(directory, place);
  return new InvalidArgumentError(message, {
    details: { directory, ...(instead === undefined ? {} : { given: directory, instead }) },
  });
}
