import { createHash } from "node:crypto";
import {
  asRequest,
  withResponse,
  type ConversationInput,
} from "../../lib/score/conversation/conversation.js";
import { contentText } from "../../lib/score/conversation/message-content.js";
import { ConversationError } from "../../lib/errors.js";
import type {
  Comparison,
  ModelDescription,
  RankedScore,
  Score,
  Scorer,
  SettledScore,
} from "../../lib/score/score.js";
import { orderedJson } from "../../lib/formats/json/canonical-json.js";

/** Text that the fake model refuses, as a real one refuses a conversation that is too long. */
export const TOO_LONG = "[too long]";

/**
 * A model without weights: rewards follow from the texts alone, so two runs agree. Answers with "good" in them tend to get
 * more, the less so the larger their std.
 */
export class FakeScorer implements Scorer {
  readonly description: ModelDescription = {
    name: "fake/uncertain-rm",
    architecture: "fake",
    hiddenSize: 1,
    headKind: "urm",
    task: "score",
    attributeNames: ["helpfulness", "verbosity"],
    type: "f32",
    contextLength: 1000,
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
  /** Conversations scored so far. */
  scored = 0;

  constructor(description: Partial<ModelDescription> = {}) {
    Object.assign(this.description, description);
  }

  score(messages: ConversationInput): Promise<Score> {
    return new Promise((resolve) => {
      resolve(this.#scoreNow(messages));
    });
  }

  async *scoreMany(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
  ): AsyncIterable<Score> {
    for await (const conversation of conversations) yield await this.score(conversation);
  }

  async *scoreManySettled(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
  ): AsyncIterable<SettledScore> {
    for await (const conversation of conversations) {
      try {
        yield { score: await this.score(conversation) };
      } catch (error) {
        if (!(error instanceof ConversationError)) throw error;
        yield { error };
      }
    }
  }

  rank(): Promise<RankedScore[]> {
    throw new Error("not needed");
  }

  async compare(prompt: string | ConversationInput, a: string, b: string): Promise<Comparison> {
    const [first, second] = await Promise.all(
      [a, b].map((content) => this.score(withResponse(prompt, content))),
    );
    const margin = (first?.reward ?? 0) - (second?.reward ?? 0);
    return { margin, probability: 1 / (1 + Math.exp(-margin)), warnings: [] };
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  #scoreNow(conversation: ConversationInput): Score {
    this.scored++;
    const { messages } = asRequest(conversation);
    const text = orderedJson(conversation);
    if (text.includes(TOO_LONG)) {
      throw new ConversationError("CONVERSATION_TOO_LONG", "1001 tokens, 1 more than the context holds.");
    }
    const bytes = createHash("sha256").update(text).digest();
    const noise = bytes.readUInt32LE(0) / 2 ** 32 - 0.5;
    const std = 0.2 + 2 * (bytes.readUInt32LE(4) / 2 ** 32);
    const quality = contentText(messages.at(-1)?.content)?.includes("good") === true ? 1 : 0;
    return {
      reward: quality + 2 * std * noise,
      tokenCount: text.length,
      warnings: [],
      std,
      attributes: {
        helpfulness: { mean: quality, std, gate: 0.75 },
        verbosity: { mean: noise, std: 0.1, gate: 0.25 },
      },
    };
  }
}
