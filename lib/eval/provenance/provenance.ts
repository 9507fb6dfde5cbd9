import { packageVersion } from "../../util/package-version.js";
import { hashFile, type FileHash } from "../../util/files/hash-file.js";
import type { Dataset } from "../../data/dataset/dataset.js";
import type { RunNote } from "./run-note.js";

/** One file that a result was made from. */
export interface ProvenanceFile extends FileHash {
  role: "data" | "scores" | "against" | "pairs";
  path: string;
}

/** What a result was made from and by: enough to make it again, or to see why another one differs. */
export interface Provenance {
  /** When the figures were computed, ISO 8601, UTC. */
  date: string;
  /** Version of this package. */
  version: string;
  /** Node's version, the operating system and the architecture. */
  platform: string;
  /** The command line, where there was one. */
  command: string | null;
  /** What made the scores, where it left word beside them. */
  scoredBy: RunNote | null;
  files: ProvenanceFile[];
}

/** A file to be named with its checksum. */
export type NamedFile = Pick<ProvenanceFile, "role" | "path"> & {
  /** Where it lies, where that is not what it is called. */
  file?: string;
};

/**
 * Writes down what a result was made from, now.
 * @throws FileError `FILE_FAILED` one of the files cannot be read
 */
export async function provenanceOf(
  files: readonly NamedFile[],
  {
    command,
    scoredBy,
    signal,
  }: {
    command?: string | undefined;
    scoredBy?: RunNote | undefined;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<Provenance> {
  const hashed: ProvenanceFile[] = [];
  for (const { role, path, file = path } of files)
    hashed.push({ role, path, ...(await hashFile(file, { signal })) });
  return {
    date: new Date().toISOString(),
    version: packageVersion(),
    platform: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    command: command ?? null,
    scoredBy: scoredBy ?? null,
    files: hashed,
  };
}

/** The files of a dataset, by what its user called it: one that was named itself, or those of a folder or a Hub dataset. */
export function dataFiles({ path, files }: Dataset): NamedFile[] {
  return files.map(({ name, path: file }) => ({
    role: "data",
    path: file === path ? path : `${path.replace(/[/\\]$/, "")}/${name}`,
    file,
  }));
}
