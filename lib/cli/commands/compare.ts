import { resultJson } from "../../data/index.js";
import type { Comparison } from "../../score/score.js";
import type { CliCommand } from "../arguments/command.js";
import { addEnsembleOptions, type EnsembleCommandOptions } from "../arguments/ensemble-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  type ModelOptions,
  type OutputOptions,
} from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { table } from "../terminal/table.js";
import { withEnsemble } from "../arguments/with-model.js";

interface CompareOptions extends ModelOptions, OutputOptions, EnsembleCommandOptions {
  prompt: string;
  a: string;
  b: string;
}

/** `compare <model-dir> --prompt TEXT --a TEXT --b TEXT`. */
export const compareCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("compare")
      .summary("which of two responses is better, and how surely")
      .description("Compares two responses to one prompt: the probability that the first is the better one.")
      .argument("<model-dir>", "model folder made by convert or pull, or a Hub id")
      .requiredOption("--prompt <text>", "what the user said")
      .requiredOption("--a <text>", "one response")
      .requiredOption("--b <text>", "the other response");
    addOutputOptions(addEnsembleOptions(addModelOptions(command)), "print one JSON object").action(
      act(compare),
    );
  },
};

async function compare(io: CliIo, modelDir: string, options: CompareOptions): Promise<number> {
  const { prompt, a, b } = options;
  const comparison = await withEnsemble(modelDir, options, io, (model) =>
    model.compare(prompt, a, b, { signal: io.signal }),
  );
  await printLine(
    io.stdout,
    options.json === true ? JSON.stringify(toJson(comparison)) : describe(comparison),
  );
  return EXIT.ok;
}

/** Numbers as they are, scores by the names of `score`'s records. */
function toJson({ a, b, margin, probability, warnings }: Comparison): Readonly<Record<string, unknown>> {
  return {
    ...(a === undefined || b === undefined ? {} : { a: resultJson(a), b: resultJson(b) }),
    margin,
    probability,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function describe({ a, b, margin, probability, warnings }: Comparison): string {
  const better = probability === 0.5 ? "Neither is better" : `${probability > 0.5 ? "a" : "b"} is better`;
  const sure = (100 * Math.max(probability, 1 - probability)).toFixed(1);
  const scores = (a === undefined || b === undefined ? [] : [a, b]).map(
    ({ reward, std, tokenCount }, index) => [
      index === 0 ? "a" : "b",
      reward.toFixed(4),
      ...(std === undefined ? [] : [`± ${std.toFixed(4)}`]),
      `${tokenCount} tokens`,
    ],
  );
  return [
    `${better} with probability ${sure} % (margin of a over b: ${margin.toFixed(4)}).`,
    ...(scores.length === 0 ? [] : [table(scores)]),
    ...warnings.map((warning) => `Note: ${warning}`),
  ].join("\n");
}
