import { withVocabulary } from "../score/backbone/vocabulary.js";
import { CheckpointError } from "../errors.js";
import { loadAddon } from "../score/native/binding.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import type { CheckpointFolders } from "../model/checkpoint/checkpoint-parts.js";
import { describeDifference } from "./check-tokens.js";
import { modelTokenizer, verifyTokens } from "./verify-tokens.js";

/** Enough to notice a wrong rule or pre-tokenizer; `verify` looks at more. Under two seconds with 128,000 tokens. */
const SAMPLE = { sampleSize: 300, vocabularyLimit: 2000 };

/**
 * Checks that a backbone just written tokenizes like the checkpoint's own tokenizer, on a sample of hard strings, and that prompts are
 * made with its special tokens.
 * @throws CheckpointError `CONVERSION_FAILED`
 */
export async function expectTokens(
  backboneFile: string,
  folders: CheckpointFolders,
  { prompt, backbone }: Pick<RewardJson, "prompt" | "backbone">,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { differences, strings, misstatements } = await withVocabulary(loadAddon(), backboneFile, (model) =>
    verifyTokens({
      tokenize: modelTokenizer(model, prompt),
      checkpointDir: folders.tokenizer,
      configDir: folders.config,
      vocabSize: backbone.vocabSize,
      prompt,
      signal,
      ...SAMPLE,
    }),
  );
  if (misstatements.length > 0) {
    throw new CheckpointError(
      "CONVERSION_FAILED",
      `The special tokens read from the checkpoint are not those that an independent reading gives: ${misstatements.join("; ")}. ` +
        "Nothing was kept: this tokenizer is not supported exactly.",
      { details: { misstatements } },
    );
  }
  const [first] = differences;
  if (first === undefined) return;
  throw new CheckpointError(
    "CONVERSION_FAILED",
    `The converted tokenizer gives other tokens than the checkpoint's on ${differences.length} of ${strings} strings, ` +
      `for example ${describeDifference(first)}. Nothing was kept: this tokenizer is not supported exactly.`,
    { details: { differences: differences.slice(0, 10) } },
  );
}
