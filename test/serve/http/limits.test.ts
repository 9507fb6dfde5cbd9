import { gzipSync } from "node:zlib";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { DeadlineError, InvalidArgumentError } from "../../../lib/errors.js";
import { RewardServer } from "../../../lib/serve/http/reward-server.js";
import { FakeScorer, fakeReward } from "../host/fake-scorer.js";
import { closeServers, post, postBytes, serve } from "./running-server.js";

closeServers();

const PACKED = { "content-encoding": "gzip" };

describe("limits of a request", () => {
  it.each([
    ["/get_reward", { query: ["a", "b", "c"] }],
    ["/classify", { input: ["a", "b", "c"] }],
    ["/rerank", { query: "q", texts: ["a", "b", "c"] }],
    ["/predict", { inputs: [["a"], ["b"], ["c"]] }],
    ["/score", ["a", "b", "c"].map((response) => ({ prompt: "q", response }))],
    ["/score", { queries: "q", documents: ["a", "b", "c"] }],
  ])("%s takes so many items at once, and no more: %j", async (path, body) => {
    const exact = await serve(undefined, { maxItems: 3 });
    expect(await post(exact, path, body)).toMatchObject({ status: 200 });
    const less = await serve(undefined, { maxItems: 2 });
    expect(await post(less, path, body)).toMatchObject({
      status: 413,
      body: { error: { code: "TOO_MANY_ITEMS" } },
    });
  });

  it("counts what items share as part of each", async () => {
    const server = await serve(undefined, { maxItemChars: 10 });
    const body = { query: "12345", texts: ["12345", "1"] };
    expect(await post(server, "/rerank", body)).toMatchObject({ status: 200 });
    expect(await post(server, "/rerank", { ...body, texts: ["1", "123456"] })).toMatchObject({
      status: 413,
      body: { error: { code: "ITEM_TOO_LARGE", message: expect.stringMatching(/^Item 1 has 11/) as string } },
    });
  });

  it("unpacks bodies, up to the size of a body", async () => {
    const server = await serve(undefined, { maxBodyBytes: 100_000 });
    const body = gzipSync(JSON.stringify({ query: ["caf\u00e9"] }));
    expect(await postBytes(server, "/get_reward", body, PACKED)).toMatchObject({
      status: 200,
      body: { rewards: [fakeReward("caf\u00e9")] },
    });
    const bomb = gzipSync(Buffer.alloc(200_000_000, " "));
    expect(bomb.length).toBeLessThan(250_000);
    const large = await serve(undefined, { maxBodyBytes: 1_000_000 });
    expect(await postBytes(large, "/get_reward", bomb, PACKED)).toMatchObject({ status: 413 });
  });

  it.each([
    ["cut off", gzipSync(JSON.stringify({ query: ["a"] })).subarray(0, 20), "gzip"],
    ["no gzip", Buffer.from('{"query":["a"]}'), "gzip"],
    ["packed in another way", Buffer.from('{"query":["a"]}'), "br"],
    ["packed twice", gzipSync(gzipSync('{"query":["a"]}')), "gzip, gzip"],
  ])("refuses a body that is %s", async (_name, body, encoding) => {
    const answer = await postBytes(await serve(), "/get_reward", body, { "content-encoding": encoding });
    expect(answer.status).toBe(415);
  });

  it("gives up a request that takes too long, and aborts its work", async () => {
    const scorer = new FakeScorer("fake", { delayMs: 60_000 });
    const server = await serve(scorer, { workMs: 50, maxRequests: 1 });
    const body = { query: "q", texts: ["a"] };
    const answers = await Promise.all([post(server, "/rerank", body), post(server, "/rerank", body)]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { error: { code: "WORK_TIMEOUT" } } });
    }
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain("llama_reward_requests_running 0");
    expect(metrics).toContain("llama_reward_requests_waiting 0");
  });

  it.each(["wait=1", "respond-async, Wait=1; x=y", 'wait="1"'])(
    "gives a request up after its own time, %s, and aborts its work",
    async (prefer) => {
      const server = await serve(new FakeScorer("fake", { delayMs: 60_000 }));
      const body = { query: "q", texts: ["a"] };
      expect(await post(server, "/rerank", body, { prefer })).toMatchObject({
        status: 504,
        body: { error: { code: "DEADLINE_EXCEEDED", message: expect.stringContaining("1 s") as string } },
      });
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toContain("llama_reward_requests_running 0");
    },
  );

  it("holds a stream of records to its own time from its first line to its last", async () => {
    const server = await serve(new FakeScorer("fake", { delayMs: 300 }));
    const response = await fetch(`${server.url}/score`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson", prefer: "wait=1" },
      body: `${JSON.stringify({ prompt: "q", response: "r" })}\n`.repeat(100),
    });
    expect(response.status).toBe(200);
    let lines = "";
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const read = async (): Promise<void> => {
      for await (const bytes of response.body ?? []) lines += decoder.decode(bytes as Uint8Array);
    };
    // The connection breaks behind the last line.
    await expect(read()).rejects.toThrow();
    expect(JSON.parse(lines.trim().split("\n").at(-1) ?? "")).toMatchObject({
      error: { code: "DEADLINE_EXCEEDED" },
    });
  });

  it.each(["wait=", "wait=soon", "wait=-1", "wait=0", "wait=1.5"])("refuses Prefer: %s", async (prefer) => {
    const answer = await post(await serve(), "/rerank", { query: "q", texts: ["a"] }, { prefer });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "INVALID_ARGUMENT" } } });
  });

  it("keeps the server's limit where the request allows more, and other preferences are nothing to it", async () => {
    const slow = await serve(new FakeScorer("fake", { delayMs: 60_000 }), { workMs: 50 });
    const body = { query: "q", texts: ["a"] };
    expect(await post(slow, "/rerank", body, { prefer: "wait=100" })).toMatchObject({ status: 503 });
    expect(await post(await serve(), "/rerank", body, { prefer: "return=minimal" })).toMatchObject({
      status: 200,
    });
  });

  it("answers a time limit of the scorer's own as one", async () => {
    const scorer = new FakeScorer("fake");
    scorer.rank = () => Promise.reject(new DeadlineError("The call was not done within 5 ms."));
    const answer = await post(await serve(scorer), "/rerank", { query: "q", texts: ["a"] });
    expect(answer).toMatchObject({ status: 504, body: { error: { code: "DEADLINE_EXCEEDED" } } });
  });

  it("gives a place in the queue back when its client goes away", async () => {
    const server = await serve(new FakeScorer("fake", { delayMs: 200 }), { maxRequests: 1, maxQueue: 1 });
    const body = JSON.stringify({ query: "q", texts: ["a"] });
    const first = post(server, "/rerank", body);
    const waiting = async (): Promise<string | undefined> =>
      /requests_waiting (\d)/.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1];
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(
      `POST /rerank HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(waiting).toBe("1");
    socket.destroy();
    await expect.poll(waiting).toBe("0");
    expect(await first).toMatchObject({ status: 200 });
    expect(await post(server, "/rerank", body)).toMatchObject({ status: 200 });
  });

  it("takes it for no failure of its own that a client leaves in the middle of a body", async () => {
    const errors: unknown[] = [];
    const lines: string[] = [];
    const server = await serve(undefined, {
      onError: (error) => errors.push(error),
      log: "json",
      onLog: (line) => lines.push(line),
    });
    for (const type of ["application/json", "application/x-ndjson"]) {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      const head = `POST /v1/score HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\ncontent-length: 1000`;
      socket.write(`${head}\r\n\r\n{"prompt":`, () => setTimeout(() => socket.destroy(), 50));
    }
    await expect.poll(() => lines.length).toBe(2);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ status: 499 });
    expect(errors).toEqual([]);
  });

  it("keeps idle connections as long as it says", async () => {
    const server = await serve(undefined, { keepAliveMs: 7000 });
    expect((await fetch(`${server.url}/health`)).headers.get("keep-alive")).toBe("timeout=7");
  });

  it("waits for the head of a request for a while only", async () => {
    const server = await serve(undefined, { headerMs: 100 });
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const answer = new Promise<string>((resolve) => {
      socket.once("data", (data) => {
        resolve(String(data));
      });
    });
    socket.write("POST /rerank HTTP/1.1\r\nhost: local");
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("ends a connection whose client takes nothing of its answer", async () => {
    const scorer = new FakeScorer("fake");
    const server = await serve(scorer, { answerIdleMs: 200, maxBodyBytes: 2 ** 26 });
    // The answer repeats the texts: some 32 MB, more than a system holds for a client.
    const texts = Array.from({ length: 4000 }, (_, index) => `${index}`.padEnd(8000, "x"));
    const body = JSON.stringify({ query: "q", texts, return_text: true });
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.pause();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined);
    socket.write(
      `POST /rerank HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => scorer.received.length, { timeout: 10_000 }).toBe(4000);
    expect(await post(server, "/rerank", { query: "q", texts: ["a"] })).toMatchObject({ status: 200 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    // What the system holds is still to be read; then the connection is over, before the answer is whole.
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(4000 * 8000);
  }, 30_000);
});

describe("options", () => {
  it.each([
    [{ maxItems: 0 }, /maxItems/],
    [{ workMs: 1e12 }, /workMs/],
    [{ log: "xml" }, /log/],
    [{ maxBody: 3 }, /maxBody/],
  ])("refuses %j", async (options, message) => {
    const starting = RewardServer.start(new FakeScorer("fake"), options as object);
    await expect(starting).rejects.toThrow(InvalidArgumentError);
    await expect(starting).rejects.toThrow(message);
  });
});
