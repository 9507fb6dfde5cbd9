import { RewardError } from "../../errors.js";
import type { Backbone } from "../backbone/backbone.js";
import type { HiddenOptions } from "../backbone/pending-call.js";
import type { HiddenRequest } from "../backbone/request.js";
import type { Head, HeadInput, HeadResult } from "../head/head.js";
import type { PreparedPrompt } from "../template/prompt-builder.js";
import type { AnswerOutcome } from "./prompt-states.js";

/** Bytes of hidden states that are held at once, unless one answer alone has more. */
const STATES_BYTES = 1 << 26;

/** How a head looks at an answer: `reads` it as a language model does, or rewards each place in it as if the answer `ends` there. */
export type AnswerView = "reads" | "ends";

/** What is asked of the backbone for one answer, and what the head is given of it. */
interface AnswerRequest {
  hidden: HiddenRequest;
  /** The first one's result is the answer's own. */
  inputs(states: readonly Float32Array[]): HeadInput[];
}

/**
 * Computes answers of which every token counts, a few at a time: the head is applied before the next ones, so that memory does not
 * grow with their number. Prompts that they share stay in the KV cache.
 */
export async function answerOutcomes(
  prompts: readonly PreparedPrompt[],
  view: AnswerView,
  { backbone, head }: { backbone: Pick<Backbone, "info" | "hiddenStates">; head: Head },
  options: HiddenOptions,
): Promise<AnswerOutcome[]> {
  const requests = prompts.map((prompt) => (view === "reads" ? readRequest(prompt) : endsRequest(prompt)));
  const total = requests.reduce((sum, { hidden }) => sum + lengthOf(hidden), 0);
  const outcomes: AnswerOutcome[] = [];
  let done = 0;
  for (const group of groups(requests, STATES_BYTES / (4 * backbone.info.hiddenSize))) {
    const start = done;
    const { onProgress } = options;
    const states = await backbone.hiddenStates(
      group.map(({ hidden }) => hidden),
      {
        signal: options.signal,
        caller: options.caller,
        onProgress:
          onProgress &&
          ((progress) => {
            onProgress({ ...progress, phase: "decode", unit: "tokens", done: start + progress.done, total });
          }),
      },
    );
    for (const [index, request] of group.entries()) {
      options.signal?.throwIfAborted();
      outcomes.push(await applyHead(head, request.inputs(states[index] ?? [])));
      done += lengthOf(request.hidden);
    }
  }
  return outcomes;
}

async function applyHead(head: Head, inputs: readonly HeadInput[]): Promise<AnswerOutcome> {
  const scored = inputs[0]?.scored ?? new Float32Array();
  try {
    const [own = { reward: NaN }, ...others] = await head.apply(inputs);
    const ofTokens = own.ofTokens ?? others.map(({ reward }) => reward);
    return { scored, outcome: { ...own, ofTokens } satisfies HeadResult };
  } catch (error) {
    if (error instanceof RewardError) return { scored, outcome: error as RewardError };
    throw error;
  }
}

/** Each token is judged by the state before it. */
function readRequest({ tokens, answer = 1 }: PreparedPrompt): AnswerRequest {
  const positions = range(answer - 1, tokens.length - 1);
  return {
    hidden: { tokens, positions },
    inputs: (states) => [
      { scored: states.at(-1) ?? new Float32Array(), answer: { tokens: tokens.subarray(answer), states } },
    ],
  };
}

function endsRequest({ tokens, scored, answer = 0 }: PreparedPrompt): AnswerRequest {
  const ofTokens = range(answer, tokens.length);
  const positions = [...new Set([scored, ...ofTokens])].sort((a, b) => a - b);
  return {
    hidden: { tokens, positions },
    inputs(states) {
      const byPosition = new Map(positions.map((position, index) => [position, states[index]]));
      return [scored, ...ofTokens].map((position) => ({
        scored: byPosition.get(position) ?? new Float32Array(),
      }));
    },
  };
}

/** In order, each with at most so many states, or one request. */
function* groups(requests: readonly AnswerRequest[], most: number): Iterable<AnswerRequest[]> {
  let group: AnswerRequest[] = [];
  let count = 0;
  for (const request of requests) {
    const { length } = request.hidden.positions;
    if (group.length > 0 && count + length > most) {
      yield group;
      group = [];
      count = 0;
    }
    group.push(request);
    count += length;
  }
  if (group.length > 0) yield group;
}

/** Tokens that are computed: none behind the last wanted position. */
function lengthOf({ positions }: HiddenRequest): number {
  return (positions.at(-1) ?? -1) + 1;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
