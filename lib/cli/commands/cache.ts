import { listCachedModels, modelCacheDir, pruneModelCache, type CachedModel } from "../../convert/index.js";
import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions, type OutputOptions } from "../arguments/command-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { bytes, table } from "../terminal/table.js";

/** `cache list`, `cache prune`: models that were named by their Hub id. */
export const cacheCommand: CliCommand = {
  add(program, act) {
    const cache = program
      .command("cache")
      .summary("models that were named by their Hub id")
      .description(
        "Models that a command or a program named by their Hub id lie converted in the user's cache. What is removed there is " +
          "converted again when it is named again; the Hub's own cache, with the checkpoints, is not touched.",
      );
    const list = cache.command("list").summary("what is there").description("Lists the models in the cache.");
    addOutputOptions(list, "print one JSON object").action(act(listModels));
    const prune = cache
      .command("prune")
      .summary("remove what is there")
      .description("Removes models from the cache: all of them, or one.")
      .argument("[hub-id]", "owner/name: only this model");
    addOutputOptions(prune, "print one JSON object").action(act(pruneModels));
  },
};

async function listModels(io: CliIo, options: OutputOptions): Promise<number> {
  await print(io, options, await listCachedModels(), `No models in ${modelCacheDir()}.`);
  return EXIT.ok;
}

async function pruneModels(io: CliIo, hubId: string | undefined, options: OutputOptions): Promise<number> {
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
