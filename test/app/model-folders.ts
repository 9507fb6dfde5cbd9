import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TINY = fileURLToPath(new URL("../fixtures/models/", import.meta.url));

/** Model folders as they should be, under other names; the fake host makes a scorer of each by its name. */
export async function writeModels(parent: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const folder = join(parent, name);
    await cp(join(TINY, name.includes("gated") ? "tiny-urm" : "tiny-grm"), folder, { recursive: true });
    const file = join(folder, "reward.json");
    const description = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...description, name }));
  }
}
