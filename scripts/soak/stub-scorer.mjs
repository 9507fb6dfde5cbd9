// A scorer without a model: a conversation's reward is the length of its answer.
import { setTimeout as delay } from "node:timers/promises";
import { asRequest } from "../../dist/score/conversation/conversation.js";

const settings = {
  truncate: "error",
  bos: "reference",
  specialTokens: "parse",
  kvType: "f32",
  prefill: "off",
  precision: "exact",
  device: "CPU",
};

/** @param pauseMs for each conversation; 0: it takes no time */
export function stubScorer({ model, options }, pauseMs = 0) {
  return {
    description: {
      ...model,
      headKind: "stub",
      task: "score",
      type: options.type,
      contextLength: 1000,
      settings,
    },
    async *scoreManySettled(conversations) {
      for await (const conversation of conversations) {
        if (pauseMs > 0) await delay(pauseMs);
        const answer = String(asRequest(conversation).messages.at(-1)?.content ?? "");
        yield { score: { reward: answer.length / 64, tokenCount: answer.length, warnings: [] } };
      }
    },
    dispose: () => Promise.resolve(),
  };
}
