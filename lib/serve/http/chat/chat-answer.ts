import type { BestOf } from "../../../score/best-of/choose-best.js";
import type { Candidate } from "../../../score/best-of/candidate.js";
import { EXTENSION, type ChatRequest } from "./chat-request.js";
import type { ChatSample } from "./completion.js";

/** A chat completion made of the best candidates: the upstream's own, with the choices that were kept, and what all of them cost. */
export function chatAnswer(
  request: ChatRequest,
  result: BestOf<ChatSample>,
  model: string,
): Record<string, unknown> {
  const kept = result.candidates.slice(0, request.n ?? 1);
  return {
    ...result.best.sample.completion,
    choices: kept.map(({ sample }, index) => ({ ...sample.choice, index })),
    usage: usageOf(result),
    [EXTENSION]: {
      model,
      ...rewardOf(result.best),
      samples: result.candidates.length,
      failures: result.failures.length,
      is_good_enough: result.isGoodEnough,
      ...(request[EXTENSION]?.candidates === true && {
        candidates: result.candidates.map(({ index, sample, score }) => ({
          index,
          ...rewardOf({ score }),
          finish_reason: sample.choice["finish_reason"] ?? null,
          message: sample.choice.message,
        })),
      }),
    },
  };
}

/** The same as the chunks of a stream, in one piece each, since the best is only known when all are there. */
export function chatChunks(answer: Record<string, unknown>, request: ChatRequest): object[] {
  const { choices, usage, [EXTENSION]: extension, ...head } = answer;
  const chunk = { ...head, object: "chat.completion.chunk" };
  const chunks: object[] = [];
  for (const { message, finish_reason, ...choice } of choices as ChunkSource[]) {
    const delta = withIndices(message);
    chunks.push({ ...chunk, choices: [{ ...choice, delta, finish_reason: null }] });
    chunks.push({
      ...chunk,
      choices: [{ index: choice.index, delta: {}, finish_reason: finish_reason ?? "stop" }],
    });
  }
  if (request.stream_options?.include_usage === true) chunks.push({ ...chunk, choices: [], usage });
  return chunks.map((each, place) =>
    place === chunks.length - 1 ? { ...each, [EXTENSION]: extension } : each,
  );
}

interface ChunkSource {
  index: number;
  message: { tool_calls?: readonly object[] | null };
  finish_reason?: string | null;
}

/** Deltas number the calls of tools. */
function withIndices(message: ChunkSource["message"]): object {
  const { tool_calls: calls } = message;
  return calls ? { ...message, tool_calls: calls.map((call, index) => ({ index, ...call })) } : message;
}

function rewardOf({ score }: Pick<Candidate<ChatSample>, "score">): object {
  return { reward: score.reward, ...(score.std === undefined ? {} : { std: score.std }) };
}

/** What the upstream counted for all samples. */
function usageOf({ candidates }: BestOf<ChatSample>): object | null {
  const counts = [...new Set(candidates.map(({ sample }) => sample.completion))].flatMap(
    ({ usage }) => usage ?? [],
  );
  if (counts.length === 0) return null;
  const sum = (name: "prompt_tokens" | "completion_tokens"): number =>
    counts.reduce((total, usage) => total + usage[name], 0);
  const [prompt, completion] = [sum("prompt_tokens"), sum("completion_tokens")];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
