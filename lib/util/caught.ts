import { FileError } from "../errors.js";

/** What a `catch` gets may be anything: these ask it what it has to say. */

/** Message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Code of anything thrown: the system's (`ENOENT`), Node's or this package's; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Anything thrown as an `Error`. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

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
