import {
  asRequest,
  withResponse,
  type ConversationInput,
} from "../../../lib/score/conversation/conversation.js";
import { checkConversation } from "../../../lib/score/conversation/check-conversation.js";
import { ConversationError, DisposedError, HostError, RewardError } from "../../../lib/errors.js";
import type {
  Comparison,
  ModelDescription,
  RankedScore,
  Score,
  ScoreOptions,
  Scorer,
  SettledScore,
  TextOptions,
  TextScorer,
} from "../../../lib/score/score.js";

/** How a fake scorer behaves; the test's host script takes the same as load options. */
export interface FakeScorerOptions {
  /** Time one conversation takes. */
  delayMs?: number;
  /** Gives attributes, gates and a spread. */
  isGated?: boolean;
  /** Rewards steps, each by its text alone, in `rank` only. */
  isOfSteps?: boolean;
  /** How far `scoreManySettled` reads ahead before it answers. */
  readAhead?: number;
}

const ATTRIBUTES = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];

/**
 * A scorer with rewards that follow from the text alone, so that a test knows them in advance: the sum of the answer's
 * UTF-16 code units, in [-10, 10). An answer that contains "[refuse]" is refused, one that contains "[die]" ends the process, and
 * one that contains "[inner]" fails like a scorer that has a host of its own.
 */
export class FakeScorer implements Scorer {
  readonly description: ModelDescription;
  /** Every conversation that was scored, as it came. */
  readonly received: ConversationInput[] = [];
  /** Conversations pulled from a stream so far. */
  pulled = 0;
  isDisposed = false;
  readonly #options: FakeScorerOptions;

  constructor(name: string, options: FakeScorerOptions = {}) {
    this.#options = options;
    this.description = {
      name,
      architecture: "llama",
      hiddenSize: 64,
      headKind: options.isGated === true ? "gated-attribute" : "value",
      task: options.isOfSteps === true ? "steps" : "score",
      attributeNames: options.isGated === true ? ATTRIBUTES : [],
      type: "f32",
      contextLength: 2048,
      fingerprint: "0".repeat(64),
      settings: {
        bos: "reference",
        specialTokens: "parse",
        truncate: "error",
        kvType: "f32",
        prefill: "off",
        precision: "exact",
        device: "CPU",
      },
    };
  }

  async score(messages: ConversationInput, options: ScoreOptions = {}): Promise<Score> {
    if (this.isDisposed) throw DisposedError.of("The fake scorer");
    this.received.push(messages);
    const request = asRequest(checkConversation(messages));
    const text = request.messages.map(({ content }) => content as string).join(" ");
    if (text.includes("[die]")) process.kill(process.pid, "SIGKILL");
    options.signal?.throwIfAborted();
    await pause(this.#options.delayMs ?? 0, options.signal);
    options.onProgress?.({ phase: "decode", unit: "tokens", done: text.length, total: text.length });
    if (text.includes("[inner]")) throw new HostError("HOST_FAILED", "The host within is gone.");
    if (text.includes("[bug]")) throw new TypeError("x is not a function");
    if (text.includes("[refuse]")) {
      throw new ConversationError("CONVERSATION_TOO_LONG", "Too long by 3 tokens.", {
        cause: new Error("limit"),
        details: { tokens: 13, limit: 10 },
      });
    }
    return this.#make(text, options);
  }

  async *scoreMany(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options?: ScoreOptions,
  ): AsyncGenerator<Score> {
    for await (const settled of this.scoreManySettled(conversations, options)) {
      if (settled.error !== undefined) throw settled.error;
      yield settled.score;
    }
  }

  async *scoreManySettled(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options: ScoreOptions = {},
  ): AsyncGenerator<SettledScore> {
    const waiting: ConversationInput[] = [];
    for await (const conversation of conversations) {
      this.pulled += 1;
      waiting.push(conversation);
      if (waiting.length < (this.#options.readAhead ?? 1)) continue;
      yield* this.#settle(waiting.splice(0), options);
    }
    yield* this.#settle(waiting, options);
  }

  async rank(
    prompt: string | ConversationInput,
    responses: readonly (string | readonly string[])[],
    options?: ScoreOptions,
  ): Promise<RankedScore[]> {
    const scores: RankedScore[] = [];
    for (const [index, response] of responses.entries()) {
      if (typeof response !== "string") {
        const steps = response.map((step) => ({ reward: fakeStepReward(step) }));
        const reward = Math.min(...steps.map((step) => step.reward));
        scores.push({ reward, steps, tokenCount: 1, warnings: [], index, rank: 0 });
      } else scores.push({ ...(await this.score(withResponse(prompt, response), options)), index, rank: 0 });
    }
    scores.sort((a, b) => b.reward - a.reward);
    return scores.map((score, place) => ({ ...score, rank: place + 1 }));
  }

  async compare(
    prompt: string | ConversationInput,
    first: string,
    second: string,
    options?: ScoreOptions,
  ): Promise<Comparison> {
    const a = await this.score(withResponse(prompt, first), options);
    const b = await this.score(withResponse(prompt, second), options);
    const margin = a.reward - b.reward;
    return { margin, probability: 1 / (1 + Math.exp(-margin)), a, b, warnings: [] };
  }

  dispose(): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }

  async *#settle(conversations: ConversationInput[], options: ScoreOptions): AsyncGenerator<SettledScore> {
    for (const conversation of conversations) {
      let settled: SettledScore;
      try {
        settled = { score: await this.score(conversation, options) };
      } catch (error) {
        if (!(error instanceof RewardError)) throw error;
        settled = { error: error as RewardError };
      }
      yield settled;
    }
  }

  #make(text: string, options: ScoreOptions): Score {
    const reward = fakeReward(text);
    const score: Score = { reward, tokenCount: text.length, warnings: [] };
    if (options.emit?.includes("prompt") === true) score.prompt = text;
    if (this.#options.isGated !== true) return score;
    const attributes = Object.fromEntries(
      ATTRIBUTES.map((name, index) => {
        const mean = fakeReward(`${name} ${text}`) / 4;
        return [name, { mean, std: 0.2 + index / 10, gate: 0.5 - index / 5 }];
      }),
    );
    return { ...score, std: 0.75, attributes };
  }
}

/** A fake scorer that takes rendered prompts too, and remembers how. */
export class FakeTextScorer extends FakeScorer implements TextScorer {
  readonly textCalls: { texts: readonly string[]; addSpecialTokens: boolean }[] = [];

  async scoreTexts(
    texts: readonly string[],
    { addSpecialTokens, signal }: TextOptions,
  ): Promise<SettledScore[]> {
    this.textCalls.push({ texts, addSpecialTokens });
    const settled: SettledScore[] = [];
    const conversations = texts.map((content) => [{ role: "user", content }]);
    for await (const each of this.scoreManySettled(conversations, { signal })) settled.push(each);
    return settled;
  }
}

/** The reward of a conversation's joined text. */
export function fakeReward(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index++) sum += text.charCodeAt(index) * (index + 1);
  return (sum % 2000) / 100 - 10;
}

/** The reward of a step's text, from 0 to 1. */
export function fakeStepReward(text: string): number {
  return (fakeReward(text) + 10) / 20;
}

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (delayMs === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
