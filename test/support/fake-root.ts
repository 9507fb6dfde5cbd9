import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./fixtures.js";

/** A root folder with files of `/proc` and `/sys`, by their paths. It goes away with the test. */
export async function fakeRoot(files: Record<string, string>): Promise<string> {
  const root = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `${content}\n`);
  }
  return root;
}
