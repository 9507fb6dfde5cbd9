import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { isPassedOver } from "./passed-over.js";

/**
 * All files below a folder that may be meant as data, as paths relative to it with `/`, in order. Links are followed, but a
 * folder is read once, so that a loop of links ends. A link to nothing is listed: reading it says what is wrong.
 */
export async function walkFolder(folder: string): Promise<string[]> {
  const files: string[] = [];
  const seen = new Set<string>();
  // Folders themselves before links to them, so that a file goes by its own name.
  const folders = [""];
  const links: string[] = [];
  for (
    let next = folders.shift() ?? links.shift();
    next !== undefined;
    next = folders.shift() ?? links.shift()
  ) {
    const path = join(folder, next);
    const real = await realpath(path);
    if (seen.has(real)) continue;
    seen.add(real);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const name = next === "" ? entry.name : `${next}/${entry.name}`;
      if (isPassedOver(name)) continue;
      if (entry.isDirectory()) folders.push(name);
      else if (entry.isFile()) files.push(name);
      else if (entry.isSymbolicLink()) {
        const target = await stat(join(folder, name)).catch(() => undefined);
        if (target?.isDirectory() === true) links.push(name);
        else if (target === undefined || target.isFile()) files.push(name);
      }
    }
  }
  return files.sort();
}
