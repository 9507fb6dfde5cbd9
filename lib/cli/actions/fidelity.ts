import type { BackboneType } from "../../model/architecture/backbone-type.js";
import {
  fidelityTables,
  folderTypes,
  renderFidelityReport,
  runFidelity,
  type FidelityReport,
} from "../../eval/index.js";
import type { CliIo } from "../terminal/cli-io.js";
import { loadOptions, type ModelOptions, type OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { checkInput } from "../arguments/input.js";
import { printLine } from "../terminal/line-writer.js";
import { checkLateOutputFile, REPORT } from "../arguments/output.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { table } from "../terminal/table.js";
import { writeWhole } from "../../util/files/write-whole.js";

interface FidelityCommandOptions extends Omit<ModelOptions, "type">, OutputOptions {
  data: string;
  type: BackboneType[];
  reference?: BackboneType;
  out?: string;
  report?: string;
  split?: string;
  config?: string;
  strict?: true;
}

export async function fidelity(
  io: CliIo,
  modelDir: string,
  options: FidelityCommandOptions,
): Promise<number> {
  const { data, split, config, reference, type, out, report: page, strict, ...model } = options;
  const progress = new ProgressDisplay(io, options.quiet === true);
  const types = await folderTypes(modelDir, {
    ...loadOptions(model),
    types: type,
    reference,
    signal: io.signal,
    onLoad: (loaded) => {
      progress.watchTokens(() => loaded.stats);
    },
  });
  await checkInput("--data", data);
  if (out !== undefined) await checkLateOutputFile(out);
  if (page !== undefined) await checkLateOutputFile(page, REPORT);
  try {
    const report = await runFidelity({
      ...types,
      data,
      split,
      config,
      strict,
      command: io.commandLine,
      signal: io.signal,
      onProgress: (name, done, total) => {
        progress.report({ phase: `score ${name}`, unit: "records", done, total });
      },
    });
    progress.stop();
    if (out !== undefined) await writeWhole(out, `${JSON.stringify(report, null, 2)}\n`);
    if (page !== undefined) await writeWhole(page, renderFidelityReport(report));
    await printLine(io.stdout, options.json === true ? JSON.stringify(report) : describe(report));
    return report.leftOut.records > 0 ? EXIT.someFailed : EXIT.ok;
  } finally {
    progress.stop();
  }
}

function describe(report: FidelityReport): string {
  const { leftOut, verdict } = report;
  return [
    ...fidelityTables(report).flatMap(({ title, head, rows }) => [`${title}:`, table([head, ...rows]), ""]),
    ...(leftOut.records === 0 ? [] : [describeLeftOut(leftOut)]),
    verdict,
  ].join("\n");
}

function describeLeftOut({ records, reasons, examples }: FidelityReport["leftOut"]): string {
  const causes = Object.entries(reasons).map(([code, times]) => `${code} ${times}`);
  const [first] = examples;
  const example = first === undefined ? "" : ` First, record ${first.id}: ${first.message}`;
  return `Left out, because they cannot be read or scored: ${records} (${causes.join(", ")}).${example}`;
}
