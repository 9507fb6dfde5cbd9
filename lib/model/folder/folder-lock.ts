import path from "node:path";
import { FileLock } from "../../util/files/file-lock.js";
import { WORKING_MARK } from "./file-names.js";

/**
 * Locks a model folder against other writers: `reward.json` is read, changed and written, and two at once would lose one's
 * change. The lock lies inside the folder, or beside it as long as it does not exist.
 * @throws FileError `FILE_LOCKED` with the process that writes there; `FILE_FAILED`
 */
export function lockModelFolder(modelDir: string, isThere: boolean): Promise<FileLock> {
  const target = path.resolve(modelDir);
  const name = `${WORKING_MARK}lock`;
  const file = isThere
    ? path.join(target, name)
    : path.join(path.dirname(target), `.${path.basename(target)}${name}`);
  return FileLock.acquire(file, modelDir);
}
