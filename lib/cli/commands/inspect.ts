import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError } from "../../errors.js";
import { REWARD_JSON } from "../../model/folder/file-names.js";
import type { CliCommand } from "../command.js";
import type { CliIo } from "../cli-io.js";
import { addOutputOptions, type OutputOptions } from "../command-options.js";
import { EXIT } from "../exit.js";
import { hubIdOfCache } from "../../data/hub/hub-id.js";
import { inspectCheckpoint } from "../../check/inspect/inspect-checkpoint.js";
import { inspectGguf } from "../../check/inspect/inspect-gguf.js";
import { inspectModelFolder } from "../../check/inspect/inspect-model-folder.js";
import type { Inspection } from "../../check/inspect/inspection.js";
import { inspectionText } from "../inspection-text.js";
import { printLine } from "../line-writer.js";

interface InspectOptions extends OutputOptions {
  hubId?: string;
}

/** `inspect <model-dir|file.gguf|hf-dir>`: what it is, which head, what would be scored. */
export const inspectCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("inspect")
      .summary("what a model folder, GGUF file or checkpoint is, and how it would score")
      .description(
        "Says what a model folder, a GGUF file or a Hugging Face checkpoint folder is: which head it has, which token " +
          "is scored, and what was assumed.",
      )
      .argument("<path>", "model folder, file.gguf or Hugging Face checkpoint folder")
      .option("--hub-id <owner/name>", "where a checkpoint came from: finds its profile");
    addOutputOptions(command, "print one JSON object").action(act(inspect));
  },
};

async function inspect(io: CliIo, target: string, options: InspectOptions): Promise<number> {
  const inspection = await inspectPath(target, options.hubId);
  await printLine(
    io.stdout,
    options.json === true ? JSON.stringify(inspection) : inspectionText(inspection, io.columns),
  );
  return EXIT.ok;
}

async function inspectPath(target: string, hubId: string | undefined): Promise<Inspection> {
  const stats = await stat(target).catch((cause: unknown) => {
    throw new InvalidArgumentError(
      `Expected a model folder, a GGUF file or a checkpoint folder but ${target} cannot be read.`,
      { cause },
    );
  });
  if (stats.isFile()) return inspectGguf(target);
  if (existsSync(path.join(target, REWARD_JSON))) return inspectModelFolder(target);
  return inspectCheckpoint(target, hubId ?? hubIdOfCache(target));
}
