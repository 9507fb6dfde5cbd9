import { BACKBONE_TYPES, type BackboneType } from "../../model/architecture/backbone-type.js";
import { InvalidArgumentError as InvalidOption, Option } from "commander";
import { folderTypes, runFidelity, type FidelityReport, type FidelityRow } from "../../eval/index.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  collect,
  loadOptions,
  type ModelOptions,
  type OutputOptions,
} from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { addSplitOption, checkInput, INPUT_FORMS } from "../arguments/input.js";
import { printLine } from "../terminal/line-writer.js";
import { checkLateOutputFile } from "../arguments/output.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { bytes, table } from "../terminal/table.js";
import { writeWhole } from "../../util/files/write-whole.js";

interface FidelityCommandOptions extends Omit<ModelOptions, "type">, OutputOptions {
  data: string;
  type: BackboneType[];
  reference?: BackboneType;
  out?: string;
  split?: string;
  config?: string;
  strict?: true;
}

/** `fidelity <model-dir> --data FILE --type T …`: what each quantization does to rewards and to pair order. */
export const fidelityCommand: CliCommand = {
  add(program, act) {
    const types = new Option(
      "--type <type>",
      `type to compare (${BACKBONE_TYPES.join(", ")}); give it once for each`,
    )
      .argParser(collectType)
      .makeOptionMandatory();
    const command = program
      .command("fidelity")
      .summary("measure what each quantization does to rewards and to the order of pairs")
      .description(
        "Scores the same records with a reference type and with others, and says which type is safe.",
      )
      .argument("<model-dir>", "model folder with several types (see quantize)")
      .requiredOption("--data <path>", `records, pairs or candidates as score reads them: ${INPUT_FORMS}`)
      .addOption(
        new Option(
          "--reference <type>",
          "type to measure against (default: the most exact one in the folder)",
        ).choices([...BACKBONE_TYPES]),
      )
      .option("--out <file>", "write the figures as JSON, too")
      .option("--strict", "stop at the first bad record");
    addSplitOption(command);
    addOutputOptions(addModelOptions(command, types), "print the figures as one JSON object").action(
      act(fidelity),
    );
  },
};

async function fidelity(io: CliIo, modelDir: string, options: FidelityCommandOptions): Promise<number> {
  const { data, split, config, reference, type, out, strict, ...model } = options;
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
  try {
    const report = await runFidelity({
      ...types,
      data,
      split,
      config,
      strict,
      signal: io.signal,
      onProgress: (name, done, total) => {
        progress.report({ phase: `score ${name}`, unit: "records", done, total });
      },
    });
    progress.stop();
    if (out !== undefined) await writeWhole(out, `${JSON.stringify(report, null, 2)}\n`);
    await printLine(io.stdout, options.json === true ? JSON.stringify(report) : describe(report));
    return report.leftOut.records > 0 ? EXIT.someFailed : EXIT.ok;
  } finally {
    progress.stop();
  }
}

function describe({ reference, rows, leftOut, verdict }: FidelityReport): string {
  const head = [
    "type",
    "mean |d|",
    "p99 |d|",
    "max |d|",
    "Spearman",
    "Kendall",
    "flips",
    "near-ties",
    "accuracy",
    "change",
  ];
  return [
    `Differences of rewards to ${reference}:`,
    table([[...head, "95 % interval", "records/s", "tokens/s", "size"], ...rows.map(cells)]),
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

function cells(row: FidelityRow): string[] {
  const { difference, accuracy, rankCorrelation, kendallTau } = row;
  const points = (share: number): string => (100 * share).toFixed(1);
  const figure = (value: number): string => (value === 0 ? "0" : value.toPrecision(3));
  return [
    row.type,
    figure(difference.mean),
    figure(difference.p99),
    figure(difference.max),
    rankCorrelation === null ? "-" : rankCorrelation.toFixed(4),
    kendallTau === null ? "-" : kendallTau.toFixed(4),
    `${row.flips} of ${row.pairs}`,
    String(row.nearTieFlips),
    ...(accuracy === null
      ? ["-", "-", "-"]
      : [
          points(accuracy.value),
          points(accuracy.change),
          `${points(accuracy.interval[0])} to ${points(accuracy.interval[1])}`,
        ]),
    row.recordsPerSecond.toFixed(1),
    row.tokensPerSecond.toFixed(0),
    bytes(row.sizeBytes),
  ];
}

function collectType(text: string, previous: BackboneType[] | undefined): BackboneType[] {
  const type = BACKBONE_TYPES.find((known) => known === text);
  if (type === undefined) throw new InvalidOption(`Allowed choices are ${BACKBONE_TYPES.join(", ")}.`);
  return collect(type, previous);
}
