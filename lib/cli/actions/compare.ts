import { resultJson } from "../../data/index.js";
import { InvalidArgumentError } from "../../errors.js";
import { areTooClose } from "../../eval/index.js";
import type { Comparison } from "../../score/score.js";
import type { EnsembleCommandOptions } from "../arguments/ensemble-options.js";
import type { PromptOptions } from "../arguments/prompt-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { ModelOptions, OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { printLine, printStyled } from "../terminal/line-writer.js";
import { printableLine } from "../terminal/printable.js";
import { styled } from "../terminal/style.js";
import { table } from "../terminal/table.js";
import { readPrompt, TextFiles } from "../arguments/read-prompt.js";
import { withEnsemble } from "../arguments/with-model.js";

interface CompareOptions extends ModelOptions, OutputOptions, EnsembleCommandOptions, PromptOptions {
  a?: string;
  aFile?: string;
  b?: string;
  bFile?: string;
}

export async function compare(io: CliIo, modelDir: string, options: CompareOptions): Promise<number> {
  const files = new TextFiles(io);
  const prompt = await readPrompt(files, options);
  const a = await readResponse(files, "--a", options.a, options.aFile);
  const b = await readResponse(files, "--b", options.b, options.bFile);
  const comparison = await withEnsemble(modelDir, options, io, (model) =>
    model.compare(prompt, a, b, { signal: io.signal }),
  );
  if (options.json === true) await printLine(io.stdout, JSON.stringify(toJson(comparison)));
  else await printStyled(io.stdout, describe(comparison, io));
  return EXIT.ok;
}

/** @throws InvalidArgumentError not exactly one of the two is given, or the file cannot be read */
async function readResponse(
  files: TextFiles,
  option: string,
  text: string | undefined,
  file: string | undefined,
): Promise<string> {
  if (text !== undefined && file === undefined) return text;
  if (text === undefined && file !== undefined) return files.text(`${option}-file`, file);
  throw new InvalidArgumentError(
    `Give one response as ${option} TEXT or ${option}-file FILE${text === undefined ? "" : ", not as both"}. ` +
      "See llama-reward compare --help.",
  );
}

/** Numbers as they are, scores by the names of `score`'s records. `tooClose`: of models that predict a std. */
function toJson({ a, b, margin, probability, warnings }: Comparison): Readonly<Record<string, unknown>> {
  return {
    ...(a === undefined || b === undefined ? {} : { a: resultJson(a), b: resultJson(b) }),
    margin,
    probability,
    ...(a?.std === undefined || b?.std === undefined ? {} : { tooClose: areTooClose(a, b) }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function describe({ a, b, margin, probability, warnings }: Comparison, { isStdoutColored }: CliIo): string {
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
  const isOpen = a !== undefined && b !== undefined && areTooClose(a, b);
  return [
    styled(
      isStdoutColored,
      "strong",
      `${better} with probability ${sure} % (margin of a over b: ${margin.toFixed(4)}).`,
    ),
    ...(isOpen
      ? [styled(isStdoutColored, "doubtful", "Too close to call: reward ± std of the two overlap.")]
      : []),
    ...(scores.length === 0 ? [] : [table(scores)]),
    ...warnings.map((warning) => printableLine(`Note: ${warning}`)),
  ].join("\n");
}
