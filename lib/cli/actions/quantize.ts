import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { InvalidArgumentError } from "../../errors.js";
import { quantizeModelFolder } from "../../convert/index.js";
import type { RewardJson } from "../../model/folder/reward-json.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { checkInput } from "../arguments/input.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { bytes, table } from "../terminal/table.js";

interface QuantizeCommandOptions extends OutputOptions {
  type?: BackboneType[];
  default?: BackboneType;
  imatrix?: string;
  records?: string;
  maxError?: number;
  maxSize?: number;
  threads?: number;
}

export async function quantize(
  io: CliIo,
  modelDir: string,
  options: QuantizeCommandOptions,
): Promise<number> {
  if (options.type === undefined && options.default === undefined)
    throw new InvalidArgumentError(
      "Say which type to add, --type q8_0 say, or with --default which one the folder is to load by itself.",
    );
  if (options.records !== undefined && options.imatrix !== undefined)
    throw new InvalidArgumentError("--imatrix and --records say the same thing. Give one of them.");
  const records = options.records ?? options.imatrix;
  if (records !== undefined)
    await checkInput(options.records === undefined ? "--imatrix" : "--records", records);
  const progress = new ProgressDisplay(io, options.quiet === true);
  try {
    const reward = await quantizeModelFolder(modelDir, options.type ?? [], {
      defaultType: options.default,
      records,
      maxError: options.maxError,
      maxSize: options.maxSize,
      threads: options.threads,
      signal: io.signal,
      onProgress: progress.report,
    });
    progress.stop();
    await printLine(io.stdout, options.json === true ? JSON.stringify(toJson(reward)) : describe(reward));
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}

function toJson({ name, backbone }: RewardJson): Readonly<Record<string, unknown>> {
  return { name, defaultType: backbone.defaultType, files: backbone.files };
}

/** All backbones of the folder, with their sizes. */
function describe({ backbone }: RewardJson): string {
  const rows = Object.entries(backbone.files).map(([type, { file, sizeBytes }]) => [
    type === backbone.defaultType ? `${type} (default)` : type,
    file,
    bytes(sizeBytes),
  ]);
  return table([["type", "file", "size"], ...rows]);
}
