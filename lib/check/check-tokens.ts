import type { RewardJson } from "../model/folder/reward-json.js";
import type { NativeModel } from "../score/native/native-addon.js";
import type { CheckpointFolders } from "../model/checkpoint/checkpoint-parts.js";
import { checkOf, skipped, type Check } from "./check.js";
import { compareVocabulary } from "./vocabulary-texts.js";
import { modelTokenizer, verifyTokens, type TokenDifference } from "./verify-tokens.js";

/** Differences shown. */
const SHOWN = 5;

/**
 * Whether the model folder tokenizes a corpus of hard strings as an independent tokenizer does from `tokenizer.json`, has that file's
 * words at their ids, and makes prompts with the special tokens that an independent reading of the checkpoint's files gives.
 */
export async function checkTokens(
  model: Pick<NativeModel, "tokenize" | "specialTokens" | "longestToken">,
  backboneFile: string,
  reward: RewardJson,
  folders: CheckpointFolders,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const tokenize = modelTokenizer(model, reward.prompt);
  const { vocabSize } = reward.backbone;
  const report = await verifyTokens({
    tokenize,
    checkpointDir: folders.tokenizer,
    configDir: folders.config,
    vocabSize,
    prompt: reward.prompt,
    signal,
  });
  if (!report.hasReference) {
    return skipped("tokens", "the checkpoint has no tokenizer.json to compare with");
  }
  const wrongWords = await compareVocabulary(backboneFile, folders.tokenizer);
  if (wrongWords.length > 0) {
    return checkOf("tokens", firstOf(wrongWords), {
      pass: "",
      fail: `${wrongWords.length} tokens have other texts than in tokenizer.json`,
    });
  }
  const { strings, tokens, differences, misstatements } = report;
  const findings = [...misstatements, ...firstOf(differences.map(describeDifference))];
  return checkOf("tokens", findings, {
    pass: `${strings} hard strings give the reference tokenizer's ${tokens} tokens`,
    fail:
      misstatements.length > 0 && differences.length === 0
        ? "the special tokens of the prompt are not those of the checkpoint"
        : `${differences.length} of ${strings} strings give other tokens than the reference tokenizer`,
  });
}

function firstOf(lines: readonly string[]): string[] {
  const shown = lines.slice(0, SHOWN);
  return lines.length > SHOWN ? [...shown, `… and ${lines.length - SHOWN} more`] : shown;
}

/** One line: where the token lists part. */
export function describeDifference({ text, expected, actual }: TokenDifference): string {
  let first = 0;
  while (first < expected.length && expected[first] === actual[first]) first++;
  const around = (ids: readonly number[]): string => ids.slice(first, first + 4).join(" ");
  return `${JSON.stringify(text.slice(0, 60))} from token ${first} on: ${around(actual)}…, expected ${around(expected)}…`;
}
