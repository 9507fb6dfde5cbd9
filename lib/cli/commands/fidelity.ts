import { BACKBONE_TYPES, type BackboneType } from "../../model/architecture/backbone-type.js";
import { InvalidArgumentError as InvalidOption, Option } from "commander";
import { InvalidArgumentError } from "../../errors.js";
import { runFidelity, type FidelityReport, type FidelityRow } from "../../eval/index.js";
import { readRewardJson } from "../../model/folder/read-reward-json.js";
import { type RewardJson } from "../../model/folder/reward-json.js";
import { RewardModel } from "../../model/reward-model.js";
import type { CliCommand } from "../command.js";
import type { CliIo } from "../cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  collect,
  loadOptions,
  type ModelOptions,
  type OutputOptions,
} from "../command-options.js";
import { EXIT } from "../exit.js";
import { addSplitOption, checkInput, INPUT_FORMS } from "../input.js";
import { printLine } from "../line-writer.js";
import { checkLateOutputFile } from "../output.js";
import { ProgressDisplay } from "../progress.js";
import { bytes, table } from "../table.js";
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
  const { data, split, config, type: types, out, strict } = options;
  const reward = await readRewardJson(modelDir, options);
  const missing = types.find((type) => reward.backbone.files[type] === undefined);
  if (missing !== undefined) {
    throw new InvalidArgumentError(
      `${modelDir} has no backbone of type ${missing}. Make it with \`llama-reward quantize ${modelDir} --type ${missing}\`.`,
    );
  }
  await checkInput("--data", data);
  if (out !== undefined) await checkLateOutputFile(out);
  const progress = new ProgressDisplay(io, options.quiet === true);
  try {
    const report = await runFidelity({
      data,
      split,
      config,
      reference: options.reference ?? mostExactType(reward),
      types,
      strict,
      signal: io.signal,
      load: async (type) => {
        const backboneType = type as BackboneType;
        const scorer = await RewardModel.load(modelDir, {
          ...loadOptions({ ...options, type: backboneType }),
          signal: io.signal,
        });
        progress.watchTokens(() => scorer.stats);
        return { scorer, sizeBytes: reward.backbone.files[backboneType]?.sizeBytes ?? 0 };
      },
      onProgress: (type, done, total) => {
        progress.report({ phase: `score ${type}`, done, total });
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

/** `BACKBONE_TYPES` goes from the most exact type to the smallest. */
function mostExactType({ backbone }: RewardJson): BackboneType {
  return BACKBONE_TYPES.find((type) => backbone.files[type] !== undefined) ?? backbone.defaultType;
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
