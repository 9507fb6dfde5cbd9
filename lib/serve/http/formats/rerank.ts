import { z } from "zod";
import { activationFields, activationOf } from "../request/activation.js";
import { parseBody } from "../request/read-body.js";
import type { RouteHandler } from "../request/route.js";
import { sigmoid, usageOf } from "../request/score-texts.js";
import { checkTruncation, truncationFields } from "../request/truncation.js";

const teiSchema = z.object({
  query: z.string(),
  texts: z.array(z.string()).min(1),
  raw_scores: z.boolean().nullish(),
  return_text: z.boolean().nullish(),
  ...truncationFields,
});

const jinaSchema = z.object({
  query: z.string(),
  documents: z.array(z.union([z.string(), z.object({ text: z.string() })])).min(1),
  top_n: z.int().positive().nullish(),
  return_documents: z.boolean().nullish(),
  ...activationFields,
});

/** Text Embeddings Inference's `rerank`: texts are answers to the query. Raw rewards unless `raw_scores` is false. */
const rerankTei: RouteHandler = async (body, { scorer, signal }) => {
  const request = parseBody(teiSchema, body, Object.keys(teiSchema.shape));
  const { query, texts, raw_scores: wantsRaw, return_text: wantsText } = request;
  checkTruncation(request, scorer);
  const ranked = await scorer.rank(query, texts, { signal });
  return ranked.map(({ index, reward }) => ({
    index,
    score: wantsRaw === false ? sigmoid(reward) : reward,
    ...(wantsText === true ? { text: texts[index] } : {}),
  }));
};

/**
 * Jina's rerank, which llama.cpp's server and vLLM speak too: documents are answers to the query, rewards raw unless vLLM's
 * `use_activation` asks for a probability.
 */
export const rerankJina: RouteHandler = async (body, { scorer, signal }) => {
  const request = parseBody(jinaSchema, body, Object.keys(jinaSchema.shape));
  const activation = activationOf(request);
  const documents = request.documents.map((each) => (typeof each === "string" ? each : each.text));
  const ranked = await scorer.rank(request.query, documents, { signal });
  return {
    model: scorer.description.name,
    object: "list",
    usage: usageOf(ranked),
    results: ranked.slice(0, request.top_n ?? undefined).map(({ index, reward }) => ({
      index,
      relevance_score: activation(reward),
      ...(request.return_documents === true ? { document: { text: documents[index] } } : {}),
    })),
  };
};

/** Both servers call it `/rerank`; the field names tell which one the client means. */
export const rerank: RouteHandler = (body, context) =>
  typeof body === "object" && body !== null && "documents" in body
    ? rerankJina(body, context)
    : rerankTei(body, context);
