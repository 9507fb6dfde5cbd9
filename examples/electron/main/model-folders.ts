import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ModelFolder } from "../renderer/backend.js";
import { headName } from "../renderer/ui/format.js";

/** Model folders among the subfolders of a folder, and the folder itself if it is one. */
export async function findModelFolders(parent: string): Promise<ModelFolder[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const paths = [
    parent,
    ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name)),
  ];
  const folders = await Promise.all(paths.map(describe));
  return folders.filter((folder) => folder !== undefined).sort((a, b) => a.name.localeCompare(b.name));
}

/** Only for display: opening the model checks the folder properly. */
async function describe(path: string): Promise<ModelFolder | undefined> {
  try {
    const description = JSON.parse(await readFile(join(path, "reward.json"), "utf8")) as {
      name?: string;
      head?: { kind?: string };
      backbone?: { architecture?: string; defaultType?: string };
    };
    const facts = [
      description.head?.kind === undefined ? undefined : headName(description.head.kind),
      description.backbone?.architecture,
      description.backbone?.defaultType,
    ];
    return {
      path,
      name: description.name ?? basename(path),
      summary: facts.filter((fact) => fact !== undefined).join(" · "),
    };
  } catch {
    return undefined;
  }
}
