import OpenAI from "openai";
import type { RewardServerOptions } from "../../../../lib/serve/http/index.js";
import { FakeScorer, type FakeScorerOptions } from "../../host/fake-scorer.js";
import { serve } from "../running-server.js";
import { completion, stubUpstream, type Asked, type Reply } from "./stub-upstream.js";

type Upstream = NonNullable<RewardServerOptions["upstream"]>;

/** What the extension field of an answer holds. */
export interface Extension {
  reward: number;
  std?: number;
  samples: number;
  failures: number;
  is_good_enough: boolean;
  candidates?: { index: number; reward: number; message: object }[];
}

export const PROMPT = { model: "stub", messages: [{ role: "user" as const, content: "What is 2 + 2?" }] };
/** The prompt with a seed, which the client calls deprecated. */
export const seeded = (seed: number): typeof PROMPT => ({ ...PROMPT, ...{ seed } });
export const ANSWERS = ["four", "4", "5", "no"];

/** The reward of an answer to the prompt by the fake scorer. */
export async function rewardOf(answer: string): Promise<number> {
  const { reward } = await new FakeScorer("fake").score([
    ...PROMPT.messages,
    { role: "assistant", content: answer },
  ]);
  return reward;
}

/** The answers, best first. */
export async function inOrder(): Promise<string[]> {
  const rewards = await Promise.all(ANSWERS.map(rewardOf));
  return ANSWERS.toSorted((a, b) => (rewards[ANSWERS.indexOf(b)] ?? 0) - (rewards[ANSWERS.indexOf(a)] ?? 0));
}

/** A server before a stub, and the `openai` client before the server. */
export async function open(
  reply: Reply,
  settings: Partial<Upstream> = {},
  { token, onError, ...scorer }: FakeScorerOptions & Pick<RewardServerOptions, "token" | "onError"> = {},
): Promise<{ client: OpenAI; asked: Asked[]; url: string; fake: FakeScorer }> {
  const stub = await stubUpstream(reply);
  const fake = new FakeScorer("fake", scorer);
  const server = await serve(fake, { token, onError, upstream: { url: stub.url, bestOf: 4, ...settings } });
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: token ?? "sk-client", maxRetries: 0 });
  return { client, asked: stub.asked, url: server.url, fake };
}

/** Answers as a server that has `n`. */
export const together: Reply = ({ body }) => completion(...ANSWERS.slice(0, body.n ?? 1));
/** Answers as a server that passes `n` over: which answer it is depends on the seed. */
export const oneByOne: Reply = ({ body }) => completion(ANSWERS[(body.seed ?? 0) % ANSWERS.length] ?? "");

export function extensionOf(answer: object): Extension {
  return (answer as { llama_reward: Extension }).llama_reward;
}
