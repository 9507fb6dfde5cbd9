import { open, rename, rm } from "node:fs/promises";

/**
 * Writes a file under another name, waits until it is on the disk, and renames it: whoever reads it, also after a
 * power cut, finds the old file or the new one, whole. What could not be finished is removed.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const incomplete = `${path}.incomplete`;
  try {
    const handle = await open(incomplete, "w");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(incomplete, path);
  } catch (error) {
    await rm(incomplete, { force: true }).catch(() => undefined);
    throw error;
  }
}
