import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { pullModel } from "../../convert/index.js";
import { headOptions, type HeadCommandOptions } from "../arguments/head-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { conversionJson, describeConversion } from "./convert.js";

interface PullCommandOptions extends OutputOptions, HeadCommandOptions {
  to?: string;
  type: BackboneType | "auto";
  revision?: string;
  base?: string;
}

export async function pull(io: CliIo, hubId: string, options: PullCommandOptions): Promise<number> {
  const progress = new ProgressDisplay(io, options.quiet === true);
  try {
    const result = await pullModel(hubId, {
      to: options.to,
      type: options.type,
      revision: options.revision,
      base: options.base,
      ...headOptions(options),
      signal: io.signal,
      onProgress: progress.report,
    });
    progress.stop();
    const text =
      options.json === true
        ? JSON.stringify(conversionJson(result))
        : describeConversion(result, options.type);
    await printLine(io.stdout, text);
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}
