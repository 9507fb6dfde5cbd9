import { stat } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError } from "../../errors.js";
import { REWARD_JSON } from "../folder/file-names.js";
import { exists } from "../../util/files/optional-file.js";
import { ADAPTER_CONFIG } from "./adapter/adapter-config.js";
import { CONFIG_FILE } from "./read-config.js";
import { messageOf, codeOf } from "../../util/caught.js";

/**
 * Checks that a path can be a checkpoint at all, before anything is said of what is in it.
 * @throws InvalidArgumentError when it is not there, no folder, or a model folder
 */
export async function requireFolderOfCheckpoint(directory: string): Promise<void> {
  const wrong = (what: string): InvalidArgumentError =>
    new InvalidArgumentError(`Expected the folder of a Hugging Face checkpoint but ${what}`, {
      details: { directory },
    });
  const stats = await stat(directory).catch((cause: unknown) => {
    const isMissing = codeOf(cause) === "ENOENT";
    throw wrong(
      isMissing ? `${directory} does not exist.` : `${directory} cannot be read: ${messageOf(cause)}.`,
    );
  });
  if (!stats.isDirectory()) {
    const isGguf = directory.toLowerCase().endsWith(".gguf");
    throw wrong(
      `${directory} is a file.` +
        (isGguf
          ? " A GGUF has no reward head: convert the original checkpoint, with --backbone to keep this file."
          : " Give the folder that holds config.json and the weights."),
    );
  }
  if (
    (await exists(path.join(directory, REWARD_JSON))) &&
    !(await exists(path.join(directory, CONFIG_FILE)))
  ) {
    throw wrong(
      `${directory} is a model folder, which is converted already: score, verify and inspect take it as it is.`,
    );
  }
}

/**
 * As {@link requireFolderOfCheckpoint}, for a folder that a user names to compare with: one without `config.json` is the wrong one.
 * @throws InvalidArgumentError
 */
export async function requireCheckpoint(directory: string): Promise<void> {
  await requireFolderOfCheckpoint(directory);
  for (const file of [CONFIG_FILE, ADAPTER_CONFIG]) if (await exists(path.join(directory, file))) return;
  throw new InvalidArgumentError(
    `Expected the folder of a Hugging Face checkpoint but ${directory} has no ${CONFIG_FILE}.`,
    { details: { directory } },
  );
}
