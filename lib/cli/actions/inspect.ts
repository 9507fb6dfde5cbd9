import { inspect } from "../../check/index.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { inspectionText } from "../terminal/inspection-text.js";
import { printLine, printStyled } from "../terminal/line-writer.js";

interface InspectCommandOptions extends OutputOptions {
  hubId?: string;
  base?: string;
}

export async function inspectPath(
  io: CliIo,
  target: string,
  options: InspectCommandOptions,
): Promise<number> {
  const inspection = await inspect(target, { hubId: options.hubId, base: options.base });
  if (options.json === true) await printLine(io.stdout, JSON.stringify(inspection));
  else await printStyled(io.stdout, inspectionText(inspection, io.columns, io.isStdoutColored));
  return EXIT.ok;
}
