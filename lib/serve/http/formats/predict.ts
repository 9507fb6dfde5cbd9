import { z } from "zod";
import { withResponse } from "../../../score/conversation/conversation.js";
import type { Score } from "../../../score/score.js";
import { parseBody } from "../request/read-body.js";
import type { RouteHandler, ServableScorer } from "../request/route.js";
import { scoreTexts, sigmoid } from "../request/score-texts.js";
import { checkTruncation, truncationFields } from "../request/truncation.js";

const one = z.union([z.string(), z.tuple([z.string()]), z.tuple([z.string(), z.string()])]);
type One = z.infer<typeof one>;

const bodySchema = z.object({
  inputs: z.union(
    [one, z.array(z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string()])])).min(1)],
    {
      error: "expected a text, a pair of texts, or a list of such lists: [[text], [question, answer], …]",
    },
  ),
  raw_scores: z.boolean().nullish(),
  ...truncationFields,
});

/**
 * Text Embeddings Inference's `predict`: one text, a pair, or a batch of lists of either. A text is a rendered prompt; a pair
 * is a question and its answer, and goes through the chat template. Scores are raw unless `raw_scores` is false: squashing
 * them is that server's default, but never done here unasked. Source: TEI's OpenAPI document (`PredictInput`).
 */
export const predict: RouteHandler = async (body, { scorer, signal }) => {
  const request = parseBody(bodySchema, body, Object.keys(bodySchema.shape));
  const { inputs, raw_scores: wantsRaw } = request;
  checkTruncation(request, scorer);
  const isBatch = Array.isArray(inputs) && inputs.some((input) => typeof input !== "string");
  const list = (isBatch ? inputs : [inputs]) as readonly One[];
  const scores = await scoreAll(scorer, list, signal);
  const answers = scores.map(({ reward }) => [
    { score: wantsRaw === false ? sigmoid(reward) : reward, label: "LABEL_0" },
  ]);
  return isBatch ? answers : answers[0];
};

async function scoreAll(
  scorer: ServableScorer,
  inputs: readonly One[],
  signal: AbortSignal,
): Promise<Score[]> {
  return Promise.all(
    inputs.map(async (input) => {
      const [text = "", answer] = typeof input === "string" ? [input] : input;
      if (answer !== undefined) return scorer.score(withResponse(text, answer), { signal });
      const [score] = await scoreTexts(scorer, [text], { addSpecialTokens: true, signal });
      if (score === undefined) throw new Error("One text gave no score.");
      return score;
    }),
  );
}
