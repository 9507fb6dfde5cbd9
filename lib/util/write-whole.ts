import { open, rename } from "node:fs/promises";

/**
 * Writes a text file under another name, waits until it is on the disk, and renames it: whoever reads it, also after a
 * power cut, finds the old file or the new one, whole.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const incomplete = `${path}.incomplete`;
  const handle = await open(incomplete, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(incomplete, path);
}
