import type { BackboneType } from "../lib/model/architecture/backbone-type.js";
import { mkdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertCheckpoint } from "../lib/convert/index.js";
import { backboneFileName, REWARD_JSON } from "../lib/model/folder/file-names.js";
import { exists } from "../lib/util/files/optional-file.js";
import { writeRandomCheckpoint } from "./random-checkpoint.js";
import type { BackboneShape } from "./shape.js";

/** A benchmark model on disk. */
export interface BenchModel {
  shape: BackboneShape;
  directory: string;
  backbonePath: string;
  backboneBytes: number;
}

/** Where to look, and whom to tell that a model takes its time. */
export interface BenchModelOptions {
  directory?: string | undefined;
  note: (text: string) => void;
  signal?: AbortSignal | undefined;
}

/** Where benchmark models are kept between runs unless a folder is given. They can be deleted at any time. */
export const DEFAULT_BENCH_DIR = join(tmpdir(), "llama-reward-bench");

/**
 * Makes a model folder of random weights, or finds the one of an earlier run: a checkpoint is written and goes through
 * the converter like any other.
 */
export async function prepareBenchModel(
  shape: BackboneShape,
  type: BackboneType,
  { directory: root = DEFAULT_BENCH_DIR, note, signal }: BenchModelOptions,
): Promise<BenchModel> {
  const directory = join(root, `${shape.name}-${type}`);
  const backbonePath = join(directory, backboneFileName(type));
  if (!(await exists(join(directory, REWARD_JSON)))) {
    note(`making ${shape.name} in ${type}`);
    await mkdir(root, { recursive: true });
    const checkpoint = join(root, `${shape.name}-checkpoint`);
    await rm(checkpoint, { recursive: true, force: true });
    try {
      await writeRandomCheckpoint(checkpoint, shape, signal);
      await convertCheckpoint(checkpoint, directory, { type, signal });
    } finally {
      await rm(checkpoint, { recursive: true, force: true });
    }
  }
  return { shape, directory, backbonePath, backboneBytes: (await stat(backbonePath)).size };
}
