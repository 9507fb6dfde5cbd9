import type { ServerResponse } from "node:http";
import { APIError } from "openai";
import { describe, expect, it, vi } from "vitest";
import { closeServers, post, serve } from "../running-server.js";
import {
  ANSWERS,
  extensionOf,
  inOrder,
  oneByOne,
  open,
  PROMPT,
  rewardOf,
  seeded,
  together,
} from "./best-of-server.js";
import { completion, type Asked, type AskedBody } from "./stub-upstream.js";

closeServers();

describe("best of n for OpenAI's clients", () => {
  it("answers with the best of several, and asks the upstream once where it has n", async () => {
    const { client, asked } = await open(together);
    const answer = await client.chat.completions.create({ ...PROMPT, temperature: 0.7 });
    const [best = ""] = await inOrder();
    expect(answer.choices).toHaveLength(1);
    expect(answer.choices[0]).toMatchObject({ index: 0, finish_reason: "stop", message: { content: best } });
    expect(answer.usage).toEqual({ prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 });
    expect(extensionOf(answer)).toEqual({
      model: "fake",
      reward: await rewardOf(best),
      samples: 4,
      failures: 0,
      is_good_enough: true,
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      method: "POST",
      url: "/v1/chat/completions",
      authorization: "Bearer sk-client",
    });
    expect(asked[0]?.body).toMatchObject({ ...PROMPT, temperature: 0.7, n: 4 });
    expect(Object.keys(asked[0]?.body ?? {}).sort()).toEqual([
      "messages",
      "model",
      "n",
      "seed",
      "temperature",
    ]);
  });

  it("asks a server that passes n over once for each answer, with seeds of their own, and remembers it", async () => {
    const { client, asked } = await open(oneByOne);
    const [best] = await inOrder();
    for (const requests of [4, 8]) {
      const answer = await client.chat.completions.create(seeded(100));
      expect(answer.choices[0]?.message.content).toBe(best);
      expect(asked).toHaveLength(requests);
    }
    expect(asked.slice(0, 4).map(({ body }) => body.seed)).toEqual([100, 101, 102, 103]);
    expect(asked.map(({ body }) => body.n)).toEqual([4, ...Array.from({ length: 7 }, () => undefined)]);
  });

  it("does the same with a server that refuses n", async () => {
    const { client, asked } = await open((one, response) => {
      if (one.body.n === undefined) return oneByOne(one, response);
      response.statusCode = 400;
      return { error: { message: "Only one completion choice is allowed" } };
    });
    const answer = await client.chat.completions.create(seeded(0));
    expect(extensionOf(answer).samples).toBe(4);
    await client.chat.completions.create(PROMPT);
    expect(asked).toHaveLength(1 + 4 + 4);
  });

  it("lists candidates and takes other amounts when it is asked to", async () => {
    const { client, asked } = await open(together);
    const answer = await client.chat.completions.create({
      ...PROMPT,
      n: 2,
      llama_reward: { best_of: 3, candidates: true },
    } as typeof PROMPT);
    const { candidates = [] } = extensionOf(answer);
    expect(asked[0]?.body).not.toHaveProperty("llama_reward");
    expect(candidates).toHaveLength(3);
    expect(candidates.map(({ reward }) => reward)).toEqual(
      candidates.map(({ reward }) => reward).sort((a, b) => b - a),
    );
    expect(answer.choices.map(({ message }) => message)).toEqual(
      candidates.slice(0, 2).map(({ message }) => message),
    );
  });

  it("streams the best, with its usage where that is asked for", async () => {
    const { client, asked } = await open(together);
    const stream = await client.chat.completions.create({
      ...PROMPT,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    const ends: (string | null)[] = [];
    let last: object | undefined;
    for await (const chunk of stream) {
      expect(chunk.object).toBe("chat.completion.chunk");
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.choices[0] !== undefined) ends.push(chunk.choices[0].finish_reason);
      last = chunk;
    }
    const [best = ""] = await inOrder();
    expect(text).toBe(best);
    expect(ends).toEqual([null, "stop"]);
    expect(last).toMatchObject({
      usage: { total_tokens: 14 },
      llama_reward: { reward: await rewardOf(best) },
    });
    expect(asked[0]?.body).not.toHaveProperty("stream");
  });

  it("hands calls of tools through, and shows them to the reward model with the tools", async () => {
    const calls = [{ id: "call_1", type: "function", function: { name: "add", arguments: '{"a":2,"b":2}' } }];
    const message = { role: "assistant", content: null, tool_calls: calls, reasoning_content: "Let me add." };
    const tools = [{ type: "function" as const, function: { name: "add", parameters: { type: "object" } } }];
    const { client, fake } = await open(() => completion(message), { bestOf: 1 });
    const answer = await client.chat.completions.create({ ...PROMPT, tools });
    expect(answer.choices[0]).toMatchObject({ finish_reason: "tool_calls", message });
    expect(fake.received).toEqual([
      { messages: [...PROMPT.messages, { role: "assistant", content: null, tool_calls: calls }], tools },
    ]);
    const stream = client.chat.completions.stream({ ...PROMPT, tools });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls).toMatchObject(calls);
  });

  it("scores an answer as the assistant's, whatever the upstream calls who speaks", async () => {
    const { client, fake } = await open(() => completion({ role: "model", content: "4" }), { bestOf: 1 });
    const answer = await client.chat.completions.create(PROMPT);
    expect(answer.choices[0]?.message).toEqual({ role: "model", content: "4" });
    expect(fake.received).toEqual([[...PROMPT.messages, { role: "assistant", content: "4" }]]);
  });

  it("samples again until an answer is good enough", async () => {
    const order = await inOrder();
    const seeds: unknown[] = [];
    const wanted = order[0] ?? "";
    const first = ANSWERS.findIndex((answer) => answer === wanted);
    const { client } = await open(
      (one, response) => {
        seeds.push(one.body.seed);
        return oneByOne(one, response);
      },
      { bestOf: 1, maxSamples: 4, minReward: await rewardOf(wanted) },
    );
    const answer = await client.chat.completions.create(seeded(0));
    expect(answer.choices[0]?.message.content).toBe(wanted);
    expect(seeds).toEqual(Array.from({ length: first + 1 }, (_, index) => index));
    expect(extensionOf(answer).is_good_enough).toBe(true);
    const never = await post({ url: client.baseURL.replace("/v1", "") } as never, "/v1/chat/completions", {
      ...PROMPT,
      llama_reward: { min_reward: 1000 },
    });
    expect(extensionOf(never.body as object)).toMatchObject({ is_good_enough: false, samples: 4 });
  });

  it("hands an upstream's error through, with what it says of trying again", async () => {
    const { client } = await open((_asked, response) => {
      response.statusCode = 429;
      response.setHeader("retry-after", "7");
      return { error: { message: "slow down", code: "rate_limit" } };
    });
    const error = await client.chat.completions.create(PROMPT).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 429, code: "rate_limit" });
    expect((error as APIError).headers?.get("retry-after")).toBe("7");
  });

  it.each([
    ["no completion", () => ({ object: "list" }), 502, "UPSTREAM_INVALID"],
    [
      "a broken connection",
      (_asked: Asked, response: ServerResponse) => {
        response.destroy();
      },
      502,
      "UPSTREAM_UNREACHABLE",
    ],
    ["no answer in time", () => undefined, 504, "UPSTREAM_TIMEOUT"],
    [
      "a redirect",
      (_asked: Asked, response: ServerResponse) => {
        response.writeHead(301, { location: "https://example.com/v1" }).end();
      },
      502,
      "UPSTREAM_INVALID",
    ],
    [
      "text that is no UTF-8, which would be scored repaired",
      (_asked: Asked, response: ServerResponse) => {
        response.end(Buffer.from(JSON.stringify(completion("caf\xe9")), "latin1"));
      },
      502,
      "UPSTREAM_INVALID",
    ],
    [
      "more depth than can be written again",
      (_asked: Asked, response: ServerResponse) => {
        const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
        response.end(JSON.stringify({ ...completion("4"), more: 0 }).replace('"more":0', `"more":${deep}`));
      },
      502,
      "UPSTREAM_INVALID",
    ],
  ] as const)("names %s", async (_name, reply, status, code) => {
    const { url } = await open(reply, { timeoutMs: 300 });
    const answer = await post({ url } as never, "/v1/chat/completions", PROMPT);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });

  it("keeps the answers that came when others fail", async () => {
    let count = 0;
    const { client } = await open((one, response) => {
      count += 1;
      if (count % 2 === 0) response.statusCode = 500;
      return oneByOne(one, response);
    });
    expect(extensionOf(await client.chat.completions.create(PROMPT))).toMatchObject({
      samples: 2,
      failures: 2,
    });
  });

  it("stops upstream and scoring when the client goes", async () => {
    const { client, asked } = await open(
      (_asked, response) => {
        response.flushHeaders();
      },
      { bestOf: 1 },
    );
    const controller = new AbortController();
    const call = client.chat.completions.create(PROMPT, { signal: controller.signal });
    await expect.poll(() => asked.length).toBe(1);
    controller.abort();
    await expect(call).rejects.toThrow();
    await asked[0]?.closed;
    const slow = await open(together, {}, { delayMs: 60_000 });
    const scored = vi.spyOn(slow.fake, "scoreManySettled");
    const scoring = new AbortController();
    const second = slow.client.chat.completions.create(PROMPT, { signal: scoring.signal });
    await expect.poll(() => slow.fake.received.length).toBeGreaterThan(0);
    scoring.abort();
    await expect(second).rejects.toThrow();
    await expect.poll(() => scored.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);
  });

  it("does not tell the upstream the server's own token, and sends its key", async () => {
    const plain = await open(together, {}, { token: "secret" });
    await plain.client.chat.completions.create(PROMPT);
    expect(plain.asked[0]?.authorization).toBeUndefined();
    const keyed = await open(together, { key: "sk-upstream" }, { token: "secret" });
    await keyed.client.chat.completions.create(PROMPT);
    expect(keyed.asked[0]?.authorization).toBe("Bearer sk-upstream");
  });

  it("hands the upstream's error about its models through", async () => {
    const { url } = await open((_asked, response) => {
      response.statusCode = 401;
      return { error: { message: "no key", code: "invalid_api_key" } };
    });
    const answer = await fetch(`${url}/v1/models`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: { message: "no key", code: "invalid_api_key" } });
  });

  it("lists the upstream's models", async () => {
    const list = { object: "list", data: [{ id: "stub", object: "model", created: 1, owned_by: "someone" }] };
    const { client } = await open(() => list);
    expect((await client.models.list()).data).toEqual(list.data);
  });

  it.each<[AskedBody, string]>([
    [{ messages: [] }, "messages"],
    [{ messages: "hello" }, "messages"],
    [{ ...PROMPT, n: 0 }, "n"],
    [{ ...PROMPT, llama_reward: { best: 3 } }, "best"],
  ])("refuses %j", async (body, word) => {
    const { url, asked } = await open(together);
    const answer = await post({ url } as never, "/v1/chat/completions", body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(word);
    expect(asked).toHaveLength(0);
  });

  it("is not there without an upstream", async () => {
    const answer = await post(await serve(), "/v1/chat/completions", PROMPT);
    expect(answer.status).toBe(404);
  });
});
