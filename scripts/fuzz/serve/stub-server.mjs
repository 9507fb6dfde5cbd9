// The server in a process of its own over a scorer that takes no time: what is left is what requests go through before and after it.

import { RewardServer } from "../../../dist/serve/http/index.js";
import { checkConversation } from "../../../dist/score/conversation/check-conversation.js";
import { asRequest, withAnswer } from "../../../dist/score/conversation/conversation.js";
import { RewardError } from "../../../dist/errors.js";

const settings = {
  truncate: "error",
  bos: "reference",
  specialTokens: "parse",
  kvType: "f32",
  device: "CPU",
};

/** A conversation's reward is its length. */
const stub = {
  description: { name: "stub", task: "score", type: "f32", contextLength: 1e6, fingerprint: "", settings },
  async score(conversation) {
    const { messages } = asRequest(checkConversation(conversation));
    // Whole numbers that no double holds are BigInts.
    const length = JSON.stringify(messages, (_key, value) =>
      typeof value === "bigint" ? `${value}` : value,
    ).length;
    return { reward: length / 64, tokenCount: length, warnings: [] };
  },
  async *scoreManySettled(conversations) {
    for await (const conversation of conversations) yield await settled(conversation);
  },
  async *scoreMany(conversations) {
    for await (const conversation of conversations) yield await stub.score(conversation);
  },
  scoreTexts: (texts) => Promise.all(texts.map((content) => settled([{ role: "user", content }]))),
  async rank(prompt, responses) {
    const scores = await Promise.all(responses.map((response) => stub.score(withAnswer(prompt, response))));
    return scores.map((score, index) => ({ ...score, index, rank: 0 })).sort((a, b) => b.reward - a.reward);
  },
};

async function settled(conversation) {
  try {
    return { score: await stub.score(conversation) };
  } catch (error) {
    if (error instanceof RewardError) return { error };
    throw error;
  }
}

// An upstream's address, and how long it may take.
const [upstream, timeoutMs = "600000"] = process.argv.slice(2);
const server = await RewardServer.start(stub, {
  idleMs: 5000,
  upstream: upstream === undefined ? undefined : { url: upstream, timeoutMs: Number(timeoutMs) },
  onError(error) {
    console.error(error);
    process.exitCode = 1;
  },
});
console.log(JSON.stringify({ url: server.url }));
process.once("SIGINT", () => void server.close(1000));
