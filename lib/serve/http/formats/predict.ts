import { z } from "zod";
import { withResponse } from "../../../score/conversation/conversation.js";
import type { Score } from "../../../score/score.js";
import { parseBody } from "../request/parse-body.js";
import type { Endpoint, RouteContext } from "../request/route.js";
import { scoreConversations, scoreTexts, sigmoid } from "../request/score-texts.js";
import { checkTruncation, truncationFields } from "../request/truncation.js";
import { rewardSchema } from "./answer-parts.js";

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

const answerSchema = z.array(z.object({ score: rewardSchema, label: z.string() }));

/**
 * Text Embeddings Inference's `predict`: one text, a pair, or a batch of lists of either. A text is a rendered prompt; a pair
 * is a question and its answer, and goes through the chat template. Scores are raw unless `raw_scores` is false: squashing
 * them is that server's default, but never done here unasked. Source: TEI's OpenAPI document (`PredictInput`).
 */
export const predict: Endpoint = {
  paths: ["/predict"],
  summary: "Text Embeddings Inference's predict: texts, or pairs of question and answer",
  body: bodySchema,
  answer: z.union([answerSchema, z.array(answerSchema)]),
  example: { inputs: [["What is 2 + 2?", "4."]], raw_scores: true },
  handler: async (body, context) => {
    const request = parseBody(bodySchema, body);
    const { inputs, raw_scores: wantsRaw } = request;
    checkTruncation(request, context.scorer);
    const isBatch = Array.isArray(inputs) && inputs.some((input) => typeof input !== "string");
    const list = (isBatch ? inputs : [inputs]) as readonly One[];
    const scores = await scoreAll(list, context);
    const answers = scores.map(({ reward }) => [
      { score: wantsRaw === false ? sigmoid(reward) : reward, label: "LABEL_0" },
    ]);
    return isBatch ? answers : answers[0];
  },
};

/** All texts in one call, and all pairs in another beside it. */
async function scoreAll(inputs: readonly One[], { scorer, signal }: RouteContext): Promise<Score[]> {
  const pairs: [question: string, answer: string][] = [];
  const texts: string[] = [];
  const takers = inputs.map((input) => {
    const [text, answer] = typeof input === "string" ? [input] : input;
    const place = answer === undefined ? texts.push(text) - 1 : pairs.push([text, answer]) - 1;
    return (ofTexts: readonly Score[], ofPairs: readonly Score[]) =>
      (answer === undefined ? ofTexts : ofPairs)[place];
  });
  const conversations = pairs.map(([question, answer]) => withResponse(question, answer));
  const [ofTexts, ofPairs] = await Promise.all([
    texts.length === 0 ? [] : scoreTexts(scorer, texts, { addSpecialTokens: true, signal }),
    pairs.length === 0 ? [] : scoreConversations(scorer, conversations, { signal }),
  ]);
  return takers.map((take) => {
    const score = take(ofTexts, ofPairs);
    if (score === undefined) throw new Error("One input gave no score.");
    return score;
  });
}
