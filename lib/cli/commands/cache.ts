import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions } from "../arguments/command-options.js";

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
    addOutputOptions(list, "print one JSON object").action(
      act(async () => (await import("../actions/cache.js")).listModels),
    );
    const prune = cache
      .command("prune")
      .summary("remove what is there")
      .description("Removes models from the cache: all of them, or one.")
      .argument("[hub-id]", "owner/name: only this model");
    addOutputOptions(prune, "print one JSON object").action(
      act(async () => (await import("../actions/cache.js")).pruneModels),
    );
  },
};
