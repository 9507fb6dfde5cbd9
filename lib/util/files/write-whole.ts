import { open, rename, rm } from "node:fs/promises";

/**
 * Writes a file under another name, waits until it is on the disk, and renames it: whoever reads it, also after a
 * power cut, finds the old file or the new one, whole. What could not be finished is removed.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await putWhole(path, (incomplete) => writeDurably(incomplete, content));
}

/** Writes a file, and waits until it is on the disk. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Has a file written under another name, and renames it once that is done. What could not be finished is removed.
 * @param write whatever must outlive a power cut, it brings to the disk itself: see {@link syncFile}
 * @param incomplete the name until then; one of its own where several may write the same file at once
 */
export async function putWhole(
  path: string,
  write: (incomplete: string) => Promise<void>,
  incomplete = `${path}.incomplete`,
): Promise<void> {
  try {
    await write(incomplete);
    await rename(incomplete, path);
  } catch (error) {
    await rm(incomplete, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Waits until a file is on the disk: a name that gets there first would be that of an empty file after a power cut. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes new names in a folder durable. Windows has no such thing, and refuses. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
