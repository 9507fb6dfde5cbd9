import { listCachedModels, modelCacheDir, pruneModelCache, type CachedModel } from "../../convert/index.js";
import type { OutputOptions } from "../arguments/command-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { bytes, table } from "../terminal/table.js";

export async function listModels(io: CliIo, options: OutputOptions): Promise<number> {
  await print(io, options, await listCachedModels(), `No models in ${modelCacheDir()}.`);
  return EXIT.ok;
}

export async function pruneModels(
  io: CliIo,
  hubId: string | undefined,
  options: OutputOptions,
): Promise<number> {
  const removed = await pruneModelCache(hubId);
  await print(io, options, removed, `Nothing to remove in ${modelCacheDir()}.`);
  return EXIT.ok;
}

async function print(
  io: CliIo,
  { json }: OutputOptions,
  models: readonly CachedModel[],
  none: string,
): Promise<void> {
  const rows = models.map(({ hubId, revision, sizeBytes, modelDir }) => [
    hubId,
    revision,
    bytes(sizeBytes),
    modelDir,
  ]);
  const text = rows.length === 0 ? none : table([["model", "revision", "size", "folder"], ...rows]);
  await printLine(io.stdout, json === true ? JSON.stringify({ models }) : text);
}
