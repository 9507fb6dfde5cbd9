import { existsSync } from "node:fs";
import { outsideAsar } from "../../score/native/package-files.js";

/**
 * The real file behind a path inside an Electron archive, where `asarUnpack` put one; else the path as it is, which Electron
 * itself can still read.
 */
export function unpackedPath(path: string): string {
  const unpacked = outsideAsar(path);
  return existsSync(unpacked) ? unpacked : path;
}
