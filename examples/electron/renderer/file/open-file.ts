import type { FileRecord } from "../records/records.js";
import type { FileRun } from "./file-run.js";

/** A file that was read, and the run over it. */
export interface OpenFile {
  name: string;
  records: readonly FileRecord[];
  run: FileRun | undefined;
}
