import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CheckpointError } from "../../errors.js";
import { parseProfile, type Profile } from "./profile.js";
import { codeOf, messageOf } from "../../util/caught.js";
import { zodProblems } from "../../util/zod-problems.js";

/** The profiles that ship with the package: `models/`, beside `lib/` and `dist/` alike. */
const PROFILE_DIRECTORY = fileURLToPath(new URL("../../../models/", import.meta.url));

/** What is known of a model before its files are read. */
export interface ProfileQuery {
  /** Hub id, `owner/name`. */
  hubId?: string | undefined;
  /** Checkpoint folder; its `profile.json`, when there is one, goes before the package's profiles. */
  checkpointDir?: string | undefined;
}

/**
 * The profile that applies to a checkpoint.
 * @returns undefined when there is none: the checkpoint's own files then say everything
 * @throws CheckpointError `CHECKPOINT_INVALID` when a profile file is not valid
 */
export async function findProfile({ hubId, checkpointDir }: ProfileQuery): Promise<Profile | undefined> {
  if (checkpointDir !== undefined) {
    const own = await readProfile(join(checkpointDir, "profile.json"));
    if (own !== undefined) return own;
  }
  if (hubId === undefined) return undefined;
  const wanted = hubId.toLowerCase();
  const profiles = await listProfiles();
  return profiles.find((profile) => profile.hubIds.some((id) => id.toLowerCase() === wanted));
}

/** Every profile that ships with the package, by file name. @throws CheckpointError `CHECKPOINT_INVALID` */
export async function listProfiles(): Promise<Profile[]> {
  const files = (await readdir(PROFILE_DIRECTORY)).filter((file) => file.endsWith(".json")).sort();
  const profiles = await Promise.all(files.map((file) => readProfile(join(PROFILE_DIRECTORY, file))));
  return profiles.filter((profile) => profile !== undefined);
}

async function readProfile(path: string): Promise<Profile | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new CheckpointError("CHECKPOINT_INVALID", `The profile ${path} cannot be read.`, { cause: error });
  }
  try {
    return parseProfile(basename(path, ".json"), JSON.parse(text));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? zodProblems(error, "the whole").join("; ") : messageOf(error);
    throw new CheckpointError("CHECKPOINT_INVALID", `The profile ${path} is not valid: ${reason}`, {
      cause: error,
    });
  }
}
