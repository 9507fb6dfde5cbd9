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

/** What to do about some of the system's codes, of which the last two are Windows's for a file that another program holds. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: " The disk is full: free some space and run it again.",
  EBUSY:
    " A program has it open: dispose of the models that were loaded from it, or end what uses it, and run it again.",
  EPERM:
    " Its rights forbid it, or a program has it open: a loaded model keeps its files from being replaced on Windows.",
};

/** The error for a failed operation on a file or folder; says what to do when the disk is full or the file in use. */
export function fileError(operation: string, file: string, cause: unknown): FileError {
  const code = codeOf(cause);
  const advice = ADVICE[code ?? ""] ?? "";
  const reason = messageOf(cause);
  return new FileError("FILE_FAILED", `Cannot ${operation} ${file}: ${reason}.${advice}`, {
    cause,
    details: { file, code },
  });
}
