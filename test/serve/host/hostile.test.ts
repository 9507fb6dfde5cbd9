import { describe, expect, it } from "vitest";
import type { Conversation } from "../../../lib/score/conversation/conversation.js";
import { ScorerClient } from "../../../lib/serve/host/client.js";
import type { HostPort } from "../../../lib/serve/host/port.js";
import { MAX_REQUESTS, PROTOCOL_VERSION, STREAM_WINDOW } from "../../../lib/serve/host/protocol.js";
import { serveScorer } from "../../../lib/serve/host/server.js";
import type { Scorer } from "../../../lib/score/score.js";
import { channel, closeChannels } from "./channel.js";
import { FakeScorer, fakeReward } from "./fake-scorer.js";

closeChannels();

const conversation = (text: string): Conversation => [{ role: "user", content: text }];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a caller with values that cannot travel", () => {
  async function connect(): Promise<{ client: ScorerClient; busy: boolean[] }> {
    const [host, port] = channel();
    serveScorer(host, { load: () => Promise.resolve(new FakeScorer("fake")) }, { version: "1" });
    const busy: boolean[] = [];
    const client = await ScorerClient.connect(port, { onBusy: (now) => busy.push(now) });
    await client.load("somewhere");
    busy.length = 0;
    return { client, busy };
  }
  const uncloneable = (() => 1) as unknown as string;

  it.each<[string, (client: ScorerClient) => Promise<unknown>]>([
    ["a response", (client) => client.rank("p", ["a", uncloneable])],
    ["a candidate", (client) => client.compare("p", uncloneable, "b")],
    ["a load option", (client) => client.load("elsewhere", { onProgress: uncloneable })],
    ["a misspelt option", (client) => client.score(conversation("a"), { emitt: ["ids"] } as never)],
    ["an option of a call", (client) => client.score(conversation("a"), { emit: [uncloneable as "ids"] })],
    [
      "an option of a stream",
      (client) => client.scoreManySettled([conversation("a")], { emit: [uncloneable as "ids"] }).next(),
    ],
  ])("gets a typed error for %s, and is not kept busy by it", async (_, call) => {
    const { client, busy } = await connect();
    await expect(call(client)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(busy.at(-1)).not.toBe(true);
    expect((await client.score(conversation("a"))).reward).toBe(fakeReward("a"));
  });

  it("gets the error of a conversation that changes while it is read in its place", async () => {
    const { client } = await connect();
    let reads = 0;
    const changing = {
      role: "user",
      get content(): unknown {
        reads += 1;
        return reads === 1 ? uncloneable : "a";
      },
    } as { role: string; content: string };
    let later = 0;
    const changingLater = {
      role: "user",
      get content(): unknown {
        later += 1;
        return later === 1 ? "a" : uncloneable;
      },
    } as { role: string; content: string };
    // eslint-disable-next-line no-sparse-arrays
    const sparse = [, { role: "user", content: "a" }] as Conversation;
    const outcomes = [];
    for await (const { score, error } of client.scoreManySettled([[changing], [changingLater], sparse])) {
      outcomes.push(error?.code ?? score?.reward);
    }
    expect(outcomes).toEqual(["CONVERSATION_INVALID", fakeReward("a"), "CONVERSATION_INVALID"]);
  });
});

describe("a client that misbehaves", () => {
  it("does not keep a stream open by using its id twice", async () => {
    const [host, port] = channel();
    const signals: (AbortSignal | undefined)[] = [];
    const scorer = new FakeScorer("fake");
    const watched: Scorer = Object.assign(Object.create(scorer) as Scorer, {
      description: scorer.description,
      scoreManySettled: async function* (
        items: AsyncIterable<Conversation>,
        options: { signal: AbortSignal },
      ) {
        signals.push(options.signal);
        for await (const item of items) yield { score: { reward: item.length, tokenCount: 1, warnings: [] } };
      },
    });
    serveScorer(host, { scorer: watched }, { version: "1" });
    const answers: unknown[] = [];
    port.onMessage((message) => answers.push(message));
    const options = { emit: [], progress: false };
    port.post({ type: "open", id: 1, options });
    port.post({ type: "open", id: 1, options });
    await pause(50);
    port.close();
    await pause(50);
    expect(signals.map((signal) => signal?.aborted)).toEqual(signals.map(() => true));
    expect(answers).toContainEqual(
      expect.objectContaining({
        type: "error",
        id: 1,
        error: expect.objectContaining({ code: "INVALID_ARGUMENT" }) as unknown,
      }),
    );
  });

  it("leaves no model behind: two loads at once, and one that ends after the client has gone", async () => {
    const [host, port] = channel();
    const loaded: FakeScorer[] = [];
    serveScorer(
      host,
      {
        load: async (name) => {
          await pause(name === "slow" ? 60 : 30);
          const scorer = new FakeScorer(name);
          loaded.push(scorer);
          return scorer;
        },
      },
      { version: "1" },
    );
    const client = await ScorerClient.connect(port);
    const outcomes = Promise.allSettled([client.load("slow"), client.load("quick")]);
    await outcomes;
    expect(loaded.filter(({ isDisposed }) => !isDisposed)).toHaveLength(1);
    void client.load("slow").catch(() => undefined);
    await pause(10);
    port.close();
    await pause(120);
    expect(loaded).toHaveLength(3);
    expect(loaded.filter(({ isDisposed }) => !isDisposed)).toEqual([]);
  });
});

describe("a client that sends too much", () => {
  type Answer = { type: string; id: number; error?: { code: string; message: string } };
  const options = { emit: [], progress: false };
  function session(): { port: HostPort; answers: Answer[]; errorOf: (id: number) => Answer["error"] } {
    const [host, port] = channel();
    serveScorer(host, { scorer: new FakeScorer("fake", { delayMs: 5 }) }, { version: "1" });
    const answers: Answer[] = [];
    port.onMessage((message) => answers.push(message as Answer));
    const errorOf = (id: number): Answer["error"] =>
      answers.find((each) => each.id === id && each.error)?.error;
    return { port, answers, errorOf };
  }
  const item = conversation("a");

  it.each([150_000, STREAM_WINDOW + 1])("loses a stream by %d conversations at once", async (count) => {
    const { port, errorOf, answers } = session();
    port.post({ type: "open", id: 1, options });
    port.post({ type: "items", id: 1, items: Array(count).fill(item), end: false });
    await expect.poll(() => errorOf(1)).toMatchObject({ code: "INVALID_ARGUMENT" });
    // Others go on.
    port.post({ type: "call", id: 2, request: { method: "score", messages: item }, options });
    await expect.poll(() => answers.some(({ type, id }) => type === "result" && id === 2)).toBe(true);
  });

  it("loses a stream by conversations after its end", async () => {
    const { port, errorOf } = session();
    port.post({ type: "open", id: 1, options });
    port.post({ type: "items", id: 1, items: [item], end: true });
    port.post({ type: "items", id: 1, items: [item], end: false });
    await expect.poll(() => errorOf(1)).toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("may use all that was wanted", async () => {
    const { port, answers, errorOf } = session();
    port.post({ type: "open", id: 1, options });
    port.post({ type: "items", id: 1, items: Array(STREAM_WINDOW).fill(item), end: true });
    await expect.poll(() => answers.some(({ type }) => type === "result"), { timeout: 10_000 }).toBe(true);
    expect(errorOf(1)).toBeUndefined();
  });

  it("gets no scores ahead by claiming to have read those that were never sent", async () => {
    const [host, port] = channel();
    const scorer = new FakeScorer("fake");
    serveScorer(host, { scorer }, { version: "1" });
    let wanted = 0;
    port.onMessage((message) => {
      const { type, count = 0 } = message as { type: string; count?: number };
      if (type !== "want") return;
      wanted += count;
      port.post({ type: "items", id: 1, items: Array(count).fill(item), end: false });
    });
    port.post({ type: "open", id: 1, options });
    port.post({ type: "taken", id: 1, count: 1_000_000_000 });
    await pause(300);
    expect(scorer.pulled).toBeGreaterThan(0);
    expect(wanted).toBeLessThan(5 * STREAM_WINDOW);
  });

  it("gets only so many requests at once", async () => {
    const { port, answers, errorOf } = session();
    const count = MAX_REQUESTS + 10;
    for (let id = 1; id <= count; id++) port.post({ type: "open", id, options });
    await expect.poll(() => errorOf(count)?.message).toMatch(/1024 requests are in progress/);
    expect(errorOf(MAX_REQUESTS)).toBeUndefined();
    port.post({ type: "abort", id: 1 });
    await pause(20);
    port.post({ type: "call", id: count + 1, request: { method: "score", messages: item }, options });
    await expect.poll(() => answers.some(({ type, id }) => type === "result" && id === count + 1)).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ["nothing", () => null],
    ["a deep value", () => ({ type: "call", id: 1, request: deep(2000), options })],
    [
      "many faults",
      () => ({
        type: "call",
        id: 1,
        ...Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])),
      }),
    ],
    ["a lone type", () => ({ type: "items" })],
  ])("ends nobody by %s", async (_name, message) => {
    const { port, answers } = session();
    port.post(message());
    port.post({ type: "ping", id: 7 });
    await expect.poll(() => answers.some(({ type, id }) => type === "pong" && id === 7)).toBe(true);
    for (const { error } of answers)
      if (error !== undefined) expect(error.message.length).toBeLessThan(1_000_000);
  });
});

function deep(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe("a host that misbehaves", () => {
  it.each<[string, (id: number) => unknown]>([
    ["results that are no list", (id) => ({ type: "results", id })],
    ["an error without one", (id) => ({ type: "error", id })],
    ["results of nothing", (id) => ({ type: "results", id, results: [null] })],
  ])("fails its client's calls by %s, and nothing else", async (_name, message) => {
    const [host, port] = channel();
    host.post({ type: "hello", protocol: PROTOCOL_VERSION, version: "1", description: null });
    host.onMessage((received) => {
      const { type, id } = received as { type: string; id: number };
      if (type === "open") host.post(message(id));
    });
    const client = await ScorerClient.connect(port);
    const first = client.scoreManySettled([conversation("a")]).next();
    await expect(first).rejects.toThrow();
  });

  it("may be bundled, so that it does not know its version", async () => {
    const [host, port] = channel();
    host.post({ type: "hello", protocol: PROTOCOL_VERSION, version: "unknown", description: null });
    await expect(ScorerClient.connect(port, { version: "1.2.3" })).resolves.toBeInstanceOf(ScorerClient);
  });

  it("may say what is no message", async () => {
    const [host, port] = channel();
    for (const noise of [null, undefined, 7, "x", {}]) host.post(noise);
    host.post({ type: "hello", protocol: PROTOCOL_VERSION, version: "1", description: null });
    await expect(ScorerClient.connect(port)).resolves.toBeInstanceOf(ScorerClient);
  });

  it("does not keep a caller who gave up waiting for its hello", async () => {
    const [, silent] = channel();
    const reason = new Error("too slow");
    const connecting = ScorerClient.connect(silent, { signal: AbortSignal.timeout(20) });
    await expect(connecting).rejects.toMatchObject({ name: "TimeoutError" });
    const aborted = ScorerClient.connect(silent, { signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
  });
});
