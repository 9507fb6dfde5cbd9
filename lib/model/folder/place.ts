import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { codeOf, messageOf } from "../../util/caught.js";
import { closest } from "../../util/closest.js";
import { exists } from "../../util/files/optional-file.js";
import { REWARD_JSON } from "./file-names.js";

/** What lies at a path where a model folder or a checkpoint was expected. */
export type Place =
  /** `near`: a neighbour with nearly this name. */
  | { kind: "missing"; near?: string | undefined }
  | { kind: "unreadable"; reason: string }
  /** `folder`: the model folder or checkpoint that a file of it was named of. */
  | { kind: "gguf" | "file"; folder?: string | undefined }
  | { kind: "model-folder" | "checkpoint" | "adapter" | "empty" | "folder" }
  /** A folder of model folders, or of checkpoints: their paths. A snapshot folder of the Hub's cache is one of checkpoints. */
  | { kind: "models" | "checkpoints"; found: readonly [string, ...string[]] };

const CHECKPOINT_FILES = { checkpoint: "config.json", adapter: "adapter_config.json" } as const;
/** Names of a folder that are looked into. */
const MOST_ENTRIES = 1000;
/** Where the Hub's cache has the checkpoints of a model. */
const SNAPSHOTS = "snapshots";

/** Looks what is at a path. */
export async function placeAt(target: string): Promise<Place> {
  let stats;
  try {
    stats = await stat(target);
  } catch (error) {
    const isMissing = ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "");
    return isMissing
      ? { kind: "missing", near: await neighbour(target) }
      : { kind: "unreadable", reason: messageOf(error) };
  }
  if (!stats.isDirectory()) {
    const folder = path.dirname(target);
    return {
      kind: target.toLowerCase().endsWith(".gguf") ? "gguf" : "file",
      folder: (await kindOf(folder)) === undefined ? undefined : folder,
    };
  }
  const kind = await kindOf(target);
  if (kind !== undefined) return { kind };
  return placeOfFolder(target);
}

async function placeOfFolder(folder: string): Promise<Place> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return { kind: "unreadable", reason: messageOf(error) };
  }
  if (names.length === 0) return { kind: "empty" };
  const inside = path.join(folder, SNAPSHOTS);
  const parent = names.includes(SNAPSHOTS) ? inside : folder;
  const paths = (parent === inside ? await entriesOf(inside) : names.sort())
    .slice(0, MOST_ENTRIES)
    .map((name) => path.join(parent, name));
  const kinds = await Promise.all(paths.map(kindOf));
  for (const [kind, wanted] of [
    ["models", ["model-folder"]],
    ["checkpoints", ["checkpoint", "adapter"]],
  ] as const) {
    const [first, ...others] = paths.filter((_, index) => wanted.some((one) => one === kinds[index]));
    if (first !== undefined) return { kind, found: [first, ...others] };
  }
  return { kind: "folder" };
}

async function kindOf(folder: string): Promise<"model-folder" | "checkpoint" | "adapter" | undefined> {
  if (await exists(path.join(folder, REWARD_JSON))) return "model-folder";
  for (const [kind, file] of Object.entries(CHECKPOINT_FILES))
    if (await exists(path.join(folder, file))) return kind as "checkpoint" | "adapter";
  return undefined;
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (names) => names.sort(),
    () => [],
  );
}

/** A path beside a missing one whose name is nearly the same. */
async function neighbour(target: string): Promise<string | undefined> {
  const parent = path.dirname(target);
  const names = await entriesOf(parent);
  const near = closest(path.basename(target), names.slice(0, MOST_ENTRIES));
  return near === undefined ? undefined : path.join(parent, near);
}
