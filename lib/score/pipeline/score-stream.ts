import type { ConversationInput } from "../conversation/conversation.js";
import type { RewardError } from "../../errors.js";
import type { ScoreOptions, SettledScore } from "../score.js";
import type { PreparedPrompt } from "../template/prompt-builder.js";
import { mapAhead } from "../../util/map-ahead.js";
import { finishSettled, goodPrompts } from "./finish-settled.js";
import type { PromptStates } from "./prompt-states.js";
import type { ScorePipeline } from "./score-pipeline.js";
import { weigh } from "./weigh.js";
import { AdaptiveWindowSize } from "./window-size.js";
import { cutWindows } from "./windows.js";

/** One window is computed while the next one is prepared, or already waits for its turn. */
const COMPUTE_AHEAD = 2;

/** The stages that a stream overlaps. */
export type ScoreStages = Pick<ScorePipeline, "prepare" | "compute" | "finish">;

/** Conversations on their way through the stages, in the order of the input. */
interface Window {
  weight: number;
  prompts: readonly (PreparedPrompt | RewardError)[];
}

interface ComputedWindow extends Window {
  /** Of the prompts that are no errors. */
  states: readonly PromptStates[];
}

/**
 * Scores a stream in order. The stages overlap: while the backbone computes one window, the next one is rendered and tokenized
 * and the head is applied to the last one. Conversations of a window that share a prefix are computed together. At most four
 * windows are in memory, whatever the length of the stream, and nothing is read that the consumer does not come for.
 * @throws `signal.reason`; DecodeError and other failures that are not one conversation's fault
 */
export async function* scoreStream(
  pipeline: ScoreStages,
  conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
  options: ScoreOptions,
): AsyncGenerator<SettledScore, void, undefined> {
  // Aborted when the consumer stops early, too: windows on their way are not worth finishing then.
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  /** Windows of a stream are calls of one caller. */
  const caller = options.caller ?? Symbol("stream");
  const size = new AdaptiveWindowSize();
  /** A stage that fails ends the stream: the stages before it must not go on, or wait for the source. */
  const stage = <Input, Output>(run: (input: Input) => Promise<Output>) => {
    return async (input: Input): Promise<Output> => {
      try {
        signal.throwIfAborted();
        return await run(input);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    };
  };
  const windows = cutWindows(conversations, weigh, () => size, signal);
  const prepare = stage(async (window: ConversationInput[]): Promise<Window> => {
    const weight = window.reduce((sum, conversation) => sum + weigh(conversation), 0);
    return { weight, prompts: await pipeline.prepare(window, options.emit) };
  });
  const compute = stage(async (window: Window): Promise<ComputedWindow> => {
    const start = performance.now();
    const states = await pipeline.compute(goodPrompts(window.prompts), { ...options, signal, caller });
    size.record(window.weight, start, performance.now());
    return { ...window, states };
  });
  const apply = stage(({ prompts, states }: ComputedWindow) =>
    finishSettled(pipeline, prompts, states, options.emit),
  );
  const computed = mapAhead(mapAhead(windows, 1, prepare), COMPUTE_AHEAD, compute);
  for await (const scores of mapAhead(computed, 1, apply)) {
    let isRead = false;
    try {
      yield* scores;
      isRead = true;
    } finally {
      if (!isRead) stop.abort();
    }
  }
}
