import { HttpError } from "./http-error.js";

/**
 * Fields of the protocols spoken here that change what is computed, with the values that ask for nothing. A route that honours
 * one says so; in any other request it is refused, since a client that sends it expects another number. Fields that are not
 * listed change no score (`model`, `user`, `priority`, …) and are passed over.
 *
 * Sources: vLLM, `entrypoints/pooling` (base, classify, scoring protocols) and docs of 0.10 to 0.20; SGLang,
 * `srt/managers/io_struct.py` (EmbeddingReqInput); Text Embeddings Inference, OpenAPI of 1.8; Jina and Cohere, rerank API
 * references; Voyage, rerank API reference (`truncation`).
 */
const CHANGE_SCORES: Readonly<Record<string, readonly unknown[]>> = {
  // Which tokens are scored.
  add_special_tokens: [],
  truncate: [false],
  truncation: [false],
  truncation_direction: [],
  truncation_side: [],
  truncate_prompt_tokens: [],
  max_length: [],
  max_tokens_per_doc: [0],
  max_tokens_per_query: [0],
  max_chunks_per_doc: [],
  max_doc_length: [],
  max_query_length: [],
  overlap_tokens: [],
  input_ids: [],
  input_embeds: [],
  prompt_token_ids: [],
  prompt_name: [],
  instruction: [""],
  instruct: [""],
  rank_fields: [[]],
  // How a prompt is made.
  chat_template: [],
  chat_template_kwargs: [{}],
  add_generation_prompt: [false],
  continue_final_message: [false],
  tools: [[]],
  documents: [[]],
  mm_processor_kwargs: [{}],
  media_io_kwargs: [{}],
  image_data: [[]],
  audio_data: [[]],
  video_data: [[]],
  images: [[]],
  // What becomes of a reward.
  use_activation: [],
  activation: [],
  softmax: [],
  raw_scores: [],
  normalize: [],
  normalize_reward: [false],
  classification_type: [],
  problem_type: [],
  dimensions: [],
  encoding_format: ["float"],
  embed_dtype: ["float32"],
  endianness: ["native"],
  // Which steps are rewarded, and how they become one number.
  aggregate: [],
  step_tag_id: [],
  returned_token_ids: [],
  // Which model answers.
  lora_path: [],
  lora_name: [],
  lora_request: [],
  adapter_id: [],
};

/**
 * @param honoured names that the route makes something of
 * @throws HttpError 422 a field that would change the score, and that the route cannot honour
 */
export function refuseUnhonoured(body: unknown, honoured: readonly string[]): void {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  for (const [name, value] of Object.entries(body)) {
    if (value === null || honoured.includes(name) || !Object.hasOwn(CHANGE_SCORES, name)) continue;
    const asksNothing = (CHANGE_SCORES[name] ?? []).some((neutral) => isSame(neutral, value));
    if (asksNothing) continue;
    throw new HttpError(
      422,
      "FIELD_NOT_SUPPORTED",
      `This request's ${name} would change the score, and cannot be honoured here. Leave it out.`,
    );
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
