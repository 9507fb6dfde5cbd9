import { rankByUncertainty, type UncertaintyRank } from "../../eval/index.js";
import { InvalidArgumentError } from "../../errors.js";
import type { ModelDescription } from "../../score/score.js";
import type { EnsembleCommandOptions } from "../arguments/ensemble-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { ModelOptions, OutputOptions } from "../arguments/command-options.js";
import type { PromptOptions } from "../arguments/prompt-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine, printStyled } from "../terminal/line-writer.js";
import { rankingText, rankingsText, type ModelRanking } from "./ranking-text.js";
import { rankingJson } from "./ranking-json.js";
import { readPrompt, TextFiles } from "../arguments/read-prompt.js";
import { withEnsemble, type CommandModel } from "../arguments/with-model.js";

interface RankOptions extends ModelOptions, OutputOptions, EnsembleCommandOptions, PromptOptions {
  response?: string[];
  responseFile?: string[];
  splitSteps?: string;
  penalty?: number;
  maxStd?: number;
}

export async function rank(io: CliIo, modelDirs: readonly string[], options: RankOptions): Promise<number> {
  const { penalty, maxStd } = options;
  if (options.ensemble !== undefined && modelDirs.length > 1) {
    throw new InvalidArgumentError(
      "--ensemble makes one model of several, and several model folders are ranked side by side: use one of the two.",
    );
  }
  const files = new TextFiles(io);
  const prompt = await readPrompt(files, options);
  const responses = await readResponses(files, options);
  const rankWith = async (model: CommandModel): Promise<ModelRanking> => {
    const { task, name } = model.description;
    const scores = await model.rank(prompt, inSteps(responses, options.splitSteps, task), {
      signal: io.signal,
    });
    scores.sort((a, b) => a.index - b.index);
    const ranking: readonly UncertaintyRank[] = rankByUncertainty(scores, { penalty, maxStd });
    return { name, ranking };
  };
  const rankings: ModelRanking[] = [];
  // One after the other: what fits into memory alone may not fit together.
  for (const modelDir of modelDirs) rankings.push(await withEnsemble(modelDir, options, io, rankWith));
  const [first] = rankings;
  if (first === undefined) return EXIT.ok;
  const isOne = rankings.length === 1;
  if (options.json === true) {
    const json = isOne
      ? rankingJson(first.ranking, penalty)
      : { models: rankings.map(({ name, ranking }) => ({ model: name, ...rankingJson(ranking, penalty) })) };
    await printLine(io.stdout, JSON.stringify(json));
  } else {
    const text = isOne
      ? rankingText(first.ranking, responses, penalty, io)
      : rankingsText(rankings, responses, io);
    await printStyled(io.stdout, text);
  }
  return EXIT.ok;
}

/** @throws InvalidArgumentError there is none */
async function readResponses(
  files: TextFiles,
  { response = [], responseFile = [] }: RankOptions,
): Promise<readonly string[]> {
  const responses = [...response];
  for (const file of responseFile) responses.push(await files.text("--response-file", file));
  if (responses.length > 0) return responses;
  throw new InvalidArgumentError(
    "There is nothing to rank: give each response with --response TEXT or --response-file FILE. See llama-reward rank --help.",
  );
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
