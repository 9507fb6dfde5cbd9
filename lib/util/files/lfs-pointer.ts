import { open } from "node:fs/promises";

/** What a git clone without Git LFS leaves in place of a file. */
export interface LfsPointer {
  /** Size of the real file, in bytes, where the pointer states it. */
  sizeBytes: number | undefined;
}

/** A pointer is smaller than this. Source: docs/spec.md of git-lfs 3.x ("Pointer files must be less than 1024 bytes"). */
const LARGEST_POINTER_BYTES = 1024;

/** The first line of a pointer: `version`, today's address or one of its forerunners. Source: lfs/pointer.go of git-lfs 3.x. */
const FIRST_LINE =
  /^version (?:https:\/\/git-lfs\.github\.com\/spec\/|https:\/\/hawser\.github\.com\/spec\/|http:\/\/git-media\.io\/v\/)\S+\r?\n/;

/**
 * Tells whether bytes are a Git LFS pointer.
 * @param bytes a whole file, or at least its first 1024 bytes
 */
export function parseLfsPointer(bytes: Uint8Array): LfsPointer | undefined {
  if (bytes.length >= LARGEST_POINTER_BYTES) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (!FIRST_LINE.test(text)) return undefined;
  const size = /^size (\d{1,15})\r?$/m.exec(text)?.[1];
  return { sizeBytes: size === undefined ? undefined : Number(size) };
}

/** The pointer that stands at a path in place of a file; undefined for any other file. Reads at most 1024 bytes. */
export async function readLfsPointer(path: string): Promise<LfsPointer | undefined> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(LARGEST_POINTER_BYTES),
      0,
      LARGEST_POINTER_BYTES,
      0,
    );
    return parseLfsPointer(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** What to tell of a pointer where a file is wanted: one sentence or two, without the code of an error. */
export function lfsPointerMessage(name: string, { sizeBytes }: LfsPointer): string {
  const size = sizeBytes === undefined ? "" : ` (of ${sizeBytes} bytes)`;
  return (
    `${name} is a Git LFS pointer, not the file itself${size}: the repository was cloned without Git LFS. ` +
    "Install git-lfs and run `git lfs pull` there, or download the file from its page."
  );
}
