import { nonNegativeNumber } from "../arguments/numbers.js";
import { rankByUncertainty, type UncertaintyRank } from "../../eval/index.js";
import { resultJson } from "../../data/index.js";
import { InvalidArgumentError } from "../../errors.js";
import type { ModelDescription } from "../../score/score.js";
import type { CliCommand } from "../arguments/command.js";
import { addEnsembleOptions, type EnsembleCommandOptions } from "../arguments/ensemble-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  collect,
  type ModelOptions,
  type OutputOptions,
} from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { excerpt, table } from "../terminal/table.js";
import { withEnsemble } from "../arguments/with-model.js";

interface RankOptions extends ModelOptions, OutputOptions, EnsembleCommandOptions {
  prompt: string;
  response: string[];
  splitSteps?: string;
  penalty?: number;
  maxStd?: number;
}

/** `rank <model-dir> --prompt TEXT --response TEXT …`: best of n. */
export const rankCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("rank")
      .summary("order responses to one prompt, best first")
      .description("Scores several responses to one prompt and orders them, best first.")
      .argument("<model-dir>", "model folder made by convert or pull, or a Hub id")
      .requiredOption("--prompt <text>", "what the user said")
      .requiredOption("--response <text>", "a response; give the option once for each", collect<string>)
      .option(
        "--split-steps <text>",
        "process reward models: what stands between the steps of a response (\\n is a line break)",
      )
      .option(
        "--penalty <k>",
        "order by reward - k * std, shown as adjusted (models that predict a std)",
        nonNegativeNumber,
      )
      .option("--max-std <x>", "leave responses with a larger std without a rank", nonNegativeNumber);
    addOutputOptions(addEnsembleOptions(addModelOptions(command)), "print one JSON object").action(act(rank));
  },
};

async function rank(io: CliIo, modelDir: string, options: RankOptions): Promise<number> {
  const { prompt, response: responses, penalty, maxStd } = options;
  const ranking = await withEnsemble(modelDir, options, io, async (model) => {
    const { task } = model.description;
    const scores = await model.rank(prompt, inSteps(responses, options.splitSteps, task), {
      signal: io.signal,
    });
    scores.sort((a, b) => a.index - b.index);
    return rankByUncertainty(scores, { penalty, maxStd });
  });
  await printLine(
    io.stdout,
    options.json === true
      ? JSON.stringify(toJson(ranking, penalty))
      : toTable(ranking, responses, penalty, io),
  );
  return EXIT.ok;
}

/** @throws InvalidArgumentError the model rewards steps and nothing says where they end, or it does not */
function inSteps(
  responses: readonly string[],
  separator: string | undefined,
  task: ModelDescription["task"],
): readonly (string | readonly string[])[] {
  if ((task === "steps") === (separator !== undefined)) {
    if (separator === undefined) return responses;
    const text = separator.replaceAll("\\n", "\n");
    return responses.map((response) => response.split(text).filter((step) => step.trim() !== ""));
  }
  throw new InvalidArgumentError(
    separator === undefined
      ? 'This model rewards the steps of a response. Say with --split-steps what stands between them, e.g. --split-steps "\\n\\n".'
      : "This model rewards whole responses, not their steps. Leave --split-steps out.",
  );
}

/** The candidates record of `score`, with the order beside it, and what it goes by where that is not the reward. */
function toJson(
  ranking: readonly UncertaintyRank[],
  penalty: number | undefined,
): Readonly<Record<string, unknown>> {
  const byIndex = [...ranking].sort((a, b) => a.index - b.index);
  const best = ranking.find((entry) => entry.rank !== null);
  return {
    results: byIndex.map(({ score, penalisedReward, rank: place }) => ({
      ...resultJson(score),
      ...(penalty === undefined ? {} : { adjusted: penalisedReward }),
      rank: place,
    })),
    best: best?.index ?? null,
    ranking: ranking.map(({ index }) => index),
  };
}

function toTable(
  ranking: readonly UncertaintyRank[],
  responses: readonly string[],
  penalty: number | undefined,
  { columns }: CliIo,
): string {
  const hasStd = ranking.some(({ score }) => score.std !== undefined);
  const hasPenalty = penalty !== undefined;
  const hasSteps = ranking.some(({ score }) => score.steps !== undefined);
  const head = [
    "rank",
    ...(hasPenalty ? ["adjusted"] : []),
    "reward",
    ...(hasStd ? ["std"] : []),
    ...(hasSteps ? ["steps"] : []),
    "tokens",
    "response",
  ];
  const rows = ranking.map(({ index, rank: place, penalisedReward, score }) => [
    place ?? "-",
    ...(hasPenalty ? [penalisedReward.toFixed(4)] : []),
    score.reward.toFixed(4),
    ...(hasStd ? [(score.std ?? NaN).toFixed(4)] : []),
    ...(hasSteps ? [(score.steps ?? []).map(({ reward }) => reward.toFixed(2)).join(" ")] : []),
    score.tokenCount,
    excerpt(responses[index] ?? "", Math.max(20, columns - (hasPenalty ? 50 : 40))),
  ]);
  return table([head, ...rows]);
}
