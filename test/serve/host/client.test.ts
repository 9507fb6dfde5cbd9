import { describe, expect, it } from "vitest";
import type { Conversation, ConversationInput } from "../../../lib/score/conversation/conversation.js";
import { ConversationError, DisposedError, HostError, InvalidArgumentError } from "../../../lib/errors.js";
import { ScorerClient } from "../../../lib/serve/host/client.js";
import type { HostPort } from "../../../lib/serve/host/port.js";
import { PROTOCOL_VERSION, STREAM_WINDOW } from "../../../lib/serve/host/protocol.js";
import { serveScorer } from "../../../lib/serve/host/server.js";
import type { Progress, Score, ScoreOptions, SettledScore, TextOptions } from "../../../lib/score/score.js";
import { collect } from "./collect.js";
import { channel, closeChannels } from "./channel.js";
import { FakeScorer, FakeTextScorer, fakeReward, type FakeScorerOptions } from "./fake-scorer.js";

closeChannels();

async function serve(
  options: FakeScorerOptions = {},
): Promise<{ client: ScorerClient; scorer: FakeScorer; host: HostPort }> {
  const [host, port] = channel();
  const scorer = new FakeScorer("fake", options);
  serveScorer(host, { scorer }, { version: "1.2.3" });
  return { client: await ScorerClient.connect(port, { version: "1.2.3" }), scorer, host };
}

const conversation = (text: string): Conversation => [{ role: "user", content: text }];

function* texts(count: number): Generator<Conversation> {
  for (let index = 0; index < count; index++) yield conversation(`text ${index}`);
}

describe("ScorerClient", () => {
  it("answers like the scorer it stands for", async () => {
    const { client, scorer } = await serve({ isGated: true });
    expect(client.description).toEqual(scorer.description);
    const options = { emit: ["prompt"] as const };
    expect(await client.score(conversation("a"), options)).toEqual(
      await scorer.score(conversation("a"), options),
    );
    expect(await client.rank("p", ["a", "b", "c"])).toEqual(await scorer.rank("p", ["a", "b", "c"]));
    expect(await client.compare("p", "a", "b")).toEqual(await scorer.compare("p", "a", "b"));
  });

  it("hands whole conversations over, as they were given", async () => {
    const { client, scorer } = await serve();
    const call = {
      function: { name: "f", arguments: { a: Object(7) as unknown, b: 2n ** 70n, c: new Map([["1", 2]]) } },
    };
    const messages = [
      { role: "user", content: [{ type: "text", text: "q" }] },
      { role: "assistant", content: "a", tool_calls: [call], reasoning_content: "r" },
    ];
    const request = {
      messages,
      tools: [{ name: "f" }],
      documents: [{ text: "d" }],
      chatTemplateKwargs: { x: 1.5 },
    };
    await client.score(request);
    await client.rank({ ...request, messages: messages.slice(0, 1) }, ["b"]);
    await collect(client.scoreMany([messages, request]));
    const { tools, documents, chatTemplateKwargs } = request;
    const ranked = [...messages.slice(0, 1), { role: "assistant", content: "b" }];
    expect(scorer.received).toEqual([
      request,
      { messages: ranked, tools, documents, chatTemplateKwargs },
      messages,
      request,
    ]);
    const image = [{ role: "user", content: [{ type: "image_url", image_url: "x" }] }];
    await expect(client.score(image)).rejects.toMatchObject({ code: "CONVERSATION_INVALID" });
    await expect(client.compare({ messages, tools: [1] as never }, "a", "b")).rejects.toMatchObject({
      code: "CONVERSATION_INVALID",
    });
  });

  it("scores a long stream in order, whatever the scorer reads ahead", async () => {
    for (const readAhead of [1, 7, 3 * STREAM_WINDOW]) {
      const { client } = await serve({ readAhead });
      const rewards: number[] = [];
      for await (const { reward } of client.scoreMany(texts(1000))) rewards.push(reward);
      expect(rewards).toEqual(Array.from({ length: 1000 }, (_, index) => fakeReward(`text ${index}`)));
    }
  });

  it("holds the scorer back when the caller stops reading", async () => {
    const { client, scorer } = await serve();
    let read = 0;
    const source = function* (): Generator<Conversation> {
      for (const item of texts(100_000)) {
        read += 1;
        yield item;
      }
    };
    const stream = client.scoreManySettled(source());
    await stream.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    // One window of unread scores and one of waiting conversations, and the item in each hand.
    expect(scorer.pulled).toBeLessThanOrEqual(STREAM_WINDOW + 2);
    expect(read).toBeLessThanOrEqual(2 * STREAM_WINDOW + 4);
    expect(scorer.pulled).toBeGreaterThanOrEqual(STREAM_WINDOW);
    await stream.return(undefined);
  });

  it("closes the source and stops the scorer when the caller leaves early", async () => {
    const { client, scorer } = await serve({ delayMs: 1 });
    let isClosed = false;
    const source = function* (): Generator<Conversation> {
      try {
        yield* texts(10_000);
      } finally {
        isClosed = true;
      }
    };
    for await (const settled of client.scoreManySettled(source())) {
      expect(settled.score?.reward).toBe(fakeReward("text 0"));
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { pulled } = scorer;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(scorer.pulled).toBe(pulled);
    expect(isClosed).toBe(true);
  });

  it("takes rendered prompts, with the errors of bad ones in their place", async () => {
    const [host, port] = channel();
    const scorer = new FakeTextScorer("fake");
    serveScorer(host, { scorer }, { version: "1.2.3" });
    const client = await ScorerClient.connect(port);
    const settled = await client.scoreTexts(["a", "[refuse]", "b"], { addSpecialTokens: true });
    expect(settled.map(({ score, error }) => error?.code ?? score?.reward)).toEqual([
      fakeReward("a"),
      "CONVERSATION_TOO_LONG",
      fakeReward("b"),
    ]);
    expect(scorer.textCalls).toEqual([{ texts: ["a", "[refuse]", "b"], addSpecialTokens: true }]);

    const plain = await serve();
    const refused = plain.client.scoreTexts(["a"], { addSpecialTokens: false });
    await expect(refused).rejects.toThrow(/conversations only/);
    const wrong = client.scoreTexts([3] as unknown as string[], { addSpecialTokens: false });
    await expect(wrong).rejects.toThrow(InvalidArgumentError);
    await expect(wrong).rejects.toThrow(
      /^The scoring host received a malformed message: request\.texts\.0: .*$/,
    );
    const reason = new Error("enough");
    const aborted = client.scoreTexts(["a"], { addSpecialTokens: false, signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
  });

  it("tells the host whose call it is, and keeps its time limit on this side", async () => {
    const seen: ScoreOptions[] = [];
    class Noting extends FakeTextScorer {
      override score(messages: ConversationInput, options: ScoreOptions = {}): Promise<Score> {
        seen.push(options);
        return super.score(messages, options);
      }
      override scoreTexts(texts: readonly string[], options: TextOptions): Promise<SettledScore[]> {
        seen.push(options);
        return super.scoreTexts(texts, options);
      }
    }
    const [host, port] = channel();
    serveScorer(host, { scorer: new Noting("fake", { delayMs: 60_000 }) }, { version: "1.2.3" });
    const client = await ScorerClient.connect(port);
    const late = { code: "DEADLINE_EXCEEDED" };
    const options = { caller: "me", timeoutMs: 30 };
    await expect(client.score(conversation("a"), options)).rejects.toMatchObject(late);
    await expect(client.scoreManySettled([conversation("a")], options).next()).rejects.toMatchObject(late);
    const texts = client.scoreTexts(["a"], { ...options, addSpecialTokens: true });
    await expect(texts).rejects.toMatchObject(late);
    const known = seen.filter(({ caller }) => caller !== undefined);
    expect(known.map(({ caller, timeoutMs }) => [caller, timeoutMs])).toEqual(
      Array(3).fill(["me", undefined]),
    );
    await expect(client.score(conversation("a"), { caller: "" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("tells where the model runs and what it has done, when the scorer knows", async () => {
    const [host, port] = channel();
    const placement = {
      device: "CUDA0",
      gpuLayers: 20,
      layerCount: 32,
      warnings: ["Only 20 of 32 layers fit."],
      threads: 4,
      contextLength: 4096,
      kvType: "f16" as const,
      isPrefilled: false,
      precision: "exact" as const,
    };
    const stats = { requestedTokens: 30, computedTokens: 20, batches: 1, reusedTokens: 10, roomTokens: 64 };
    const scorer = Object.assign(new FakeScorer("fake"), { placement, stats });
    serveScorer(host, { scorer }, { version: "1.2.3" });
    const client = await ScorerClient.connect(port);
    expect(await client.status()).toEqual({ placement, stats });
    expect(await (await serve()).client.status()).toEqual({});
  });

  it("puts the errors of bad conversations in their place", async () => {
    const { client } = await serve();
    const bad = [{ role: "user", content: 3 }] as unknown as Conversation;
    const outcomes = [];
    for await (const settled of client.scoreManySettled([
      conversation("a"),
      bad,
      conversation("[refuse]"),
      conversation("b"),
    ])) {
      outcomes.push(settled.error?.code ?? settled.score?.reward);
    }
    expect(outcomes).toEqual([
      fakeReward("a"),
      "CONVERSATION_INVALID",
      "CONVERSATION_TOO_LONG",
      fakeReward("b"),
    ]);
  });

  it("rejects a stream with the error of its source", async () => {
    const { client } = await serve();
    const source = function* (): Generator<Conversation> {
      yield conversation("a");
      throw new RangeError("no more");
    };
    await expect(collect(client.scoreManySettled(source()))).rejects.toThrow(RangeError);
  });

  it("rebuilds typed errors with details and cause", async () => {
    const { client } = await serve();
    const error: unknown = await client.score(conversation("[refuse]")).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConversationError);
    expect(error).toMatchObject({
      code: "CONVERSATION_TOO_LONG",
      message: "Too long by 3 tokens.",
      details: { tokens: 13, limit: 10 },
      cause: { message: "limit" },
    });
    await expect(client.score(conversation("[bug]"))).rejects.toMatchObject({ name: "TypeError" });
  });

  it("keeps the reason of an abort, before and during a call, and stays usable", async () => {
    const { client } = await serve({ delayMs: 10_000 });
    const reason = { why: "changed my mind" };
    await expect(client.score(conversation("a"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const call = client.score(conversation("a"), { signal: controller.signal });
    const stream = collect(client.scoreMany(texts(3), { signal: controller.signal }));
    setTimeout(() => {
      controller.abort(reason);
    }, 20);
    await expect(call).rejects.toBe(reason);
    await expect(stream).rejects.toBe(reason);
    await expect(client.score([])).rejects.toMatchObject({ code: "CONVERSATION_INVALID" });
  });

  it("reports progress, and fails a call whose callback throws", async () => {
    const { client } = await serve();
    const seen: Progress[] = [];
    await client.score(conversation("abc"), { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([{ phase: "decode", unit: "tokens", done: 3, total: 3 }]);
    const failing = (): void => {
      throw new RangeError("callback");
    };
    await expect(client.score(conversation("a"), { onProgress: failing })).rejects.toThrow("callback");
    await expect(collect(client.scoreMany(texts(3), { onProgress: failing }))).rejects.toThrow("callback");
  });

  it("rejects calls in flight and later ones when the other end goes away", async () => {
    const { client, host } = await serve({ delayMs: 10_000 });
    const call = client.score(conversation("a"));
    const stream = collect(client.scoreMany(texts(3)));
    setTimeout(() => {
      host.close();
    }, 20);
    await expect(call).rejects.toThrow(HostError);
    await expect(stream).rejects.toThrow(HostError);
    await expect(client.score(conversation("a"))).rejects.toMatchObject({ code: "HOST_FAILED" });
  });

  it("rejects calls after dispose, and leaves the served scorer to its owner", async () => {
    const { client, scorer } = await serve();
    await Promise.all([client.dispose(), client.dispose()]);
    await expect(client.score(conversation("a"))).rejects.toThrow(DisposedError);
    expect(scorer.isDisposed).toBe(false);
  });

  it("refuses another protocol or package version, and a host that says nothing", async () => {
    for (const hello of [
      { type: "hello", protocol: PROTOCOL_VERSION + 1, version: "1.2.3", description: null },
      { type: "hello", protocol: PROTOCOL_VERSION, version: "1.2.4", description: null },
    ]) {
      const [host, port] = channel();
      host.post(hello);
      await expect(ScorerClient.connect(port, { version: "1.2.3" })).rejects.toMatchObject({
        code: "HOST_FAILED",
        details: { versionMismatch: true },
      });
    }
    const [, silent] = channel();
    await expect(ScorerClient.connect(silent, { helloTimeoutMs: 20 })).rejects.toThrow(/nothing for 20 ms/);
  });
});

describe("serveScorer", () => {
  it("refuses malformed messages without harm", async () => {
    const [host, port] = channel();
    serveScorer(host, { scorer: new FakeScorer("fake") }, { version: "1" });
    const answers: unknown[] = [];
    port.onMessage((message) => answers.push(message));
    for (const bad of [
      null,
      7,
      "x",
      {},
      { type: "constructor", id: 1 },
      { type: "call", id: 2, request: {} },
    ]) {
      port.post(bad);
    }
    port.post({ type: "taken", id: 99, count: 5 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answers).toMatchObject([
      { type: "hello" },
      { type: "error", id: 1, error: { code: "INVALID_ARGUMENT" } },
      { type: "error", id: 2, error: { code: "INVALID_ARGUMENT" } },
    ]);
  });

  it("loads only when it was given the means to", async () => {
    const { client } = await serve();
    await expect(client.load("elsewhere")).rejects.toThrow(InvalidArgumentError);
  });

  it("disposes a model it loaded when the client goes away", async () => {
    const [host, port] = channel();
    const scorer = new FakeScorer("fake");
    serveScorer(host, { load: () => Promise.resolve(scorer) }, { version: "1" });
    const client = await ScorerClient.connect(port);
    expect(() => client.description).toThrow(HostError);
    await expect(client.score(conversation("a"))).rejects.toThrow(/no model/);
    await client.load("somewhere");
    expect(client.description.name).toBe("fake");
    port.close();
    await expect.poll(() => scorer.isDisposed).toBe(true);
  });
});
