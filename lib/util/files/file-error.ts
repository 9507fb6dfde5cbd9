import { FileError } from "../../errors.js";
import { messageOf, codeOf } from "../caught.js";

/** The error for a failed operation on a file or folder; says what to do when the disk is full. */
export function fileError(operation: string, file: string, cause: unknown): FileError {
  const code = codeOf(cause);
  const advice = code === "ENOSPC" ? " The disk is full: free some space and run it again." : "";
  const reason = messageOf(cause);
  return new FileError("FILE_FAILED", `Cannot ${operation} ${file}: ${reason}.${advice}`, {
    cause,
    details: { file, code },
  });
}
