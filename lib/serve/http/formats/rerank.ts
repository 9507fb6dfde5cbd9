import { z } from "zod";
import type { RankedScore } from "../../../score/score.js";
import { activationFields, activationOf } from "../request/activation.js";
import { parseBody } from "../request/parse-body.js";
import type { Endpoint, RouteHandler } from "../request/route.js";
import { sigmoid, usageOf } from "../request/score-texts.js";
import { checkTruncation, truncationFields } from "../request/truncation.js";
import { rewardSchema, usageSchema } from "./answer-parts.js";

const teiSchema = z.object({
  query: z.string(),
  texts: z.array(z.string()).min(1),
  raw_scores: z.boolean().nullish(),
  return_text: z.boolean().nullish(),
  ...truncationFields,
});

const teiAnswer = z.array(z.object({ index: z.int(), score: rewardSchema, text: z.string().optional() }));

const document = z.union([z.string(), z.object({ text: z.string() })]);

const jinaSchema = z.object({
  model: z.unknown().optional(),
  query: z.string(),
  documents: z.union([z.string(), z.array(document).min(1)]),
  top_n: z.int().nonnegative().nullish().describe("0: all of them, as vLLM has it."),
  return_documents: z.boolean().nullish(),
  ...activationFields,
});

const result = z.object({
  index: z.int(),
  relevance_score: rewardSchema,
  document: z.object({ text: z.string() }).optional(),
});
const jinaAnswer = z.object({
  model: z.string(),
  object: z.literal("list"),
  usage: usageSchema,
  results: z.array(result),
});

/** Text Embeddings Inference's `rerank`: texts are answers to the query. Raw rewards unless `raw_scores` is false. */
const rerankTei: RouteHandler = async (body, { scorer, signal }) => {
  const request = parseBody(teiSchema, body);
  const { query, texts, raw_scores: wantsRaw, return_text: wantsText } = request;
  checkTruncation(request, scorer);
  const ranked = await scorer.rank(query, texts, { signal });
  return ranked.map(({ index, reward }) => ({
    index,
    score: wantsRaw === false ? sigmoid(reward) : reward,
    ...(wantsText === true ? { text: texts[index] } : {}),
  }));
};

const rerankJina: RouteHandler = async (body, { scorer, signal }) => {
  const request = parseBody(jinaSchema, body);
  const activation = activationOf(request);
  const documents = [request.documents].flat().map((each) => (typeof each === "string" ? each : each.text));
  const ranked = await scorer.rank(request.query, documents, { signal });
  const wanted = request.top_n === 0 ? undefined : (request.top_n ?? undefined);
  const resultOf = ({ index, reward }: RankedScore): z.infer<typeof result> => ({
    index,
    relevance_score: activation(reward),
    ...(request.return_documents === true ? { document: { text: documents[index] ?? "" } } : {}),
  });
  return {
    model: scorer.description.name,
    object: "list",
    usage: usageOf(ranked),
    results: ranked.slice(0, wanted).map(resultOf),
  };
};

/** TEI and vLLM both call it `/rerank`; the field names tell which one the client means. */
export const rerank: Endpoint = {
  paths: ["/rerank"],
  summary: "Text Embeddings Inference's rerank (texts), or vLLM's and Jina's (documents)",
  body: z.union([jinaSchema, teiSchema]),
  answer: z.union([jinaAnswer, teiAnswer]),
  example: { query: "What is 2 + 2?", texts: ["5.", "4."] },
  handler: (body, context) =>
    typeof body === "object" && body !== null && "documents" in body
      ? rerankJina(body, context)
      : rerankTei(body, context),
};

/**
 * Jina's rerank, which llama.cpp's server and vLLM speak too, and Cohere's clients: documents are answers to the query, rewards raw
 * unless vLLM's `use_activation` asks for a probability.
 */
export const rerankDocuments: Endpoint = {
  paths: ["/v1/rerank", "/v2/rerank"],
  summary: "rerank of Jina and llama.cpp's server (v1), of Cohere (v2), of vLLM (both)",
  body: jinaSchema,
  answer: jinaAnswer,
  example: { query: "What is 2 + 2?", documents: ["5.", "4."] },
  handler: rerankJina,
};
