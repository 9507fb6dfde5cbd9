import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { DecodeError, InvalidArgumentError } from "../../../lib/errors.js";
import { RewardServer } from "../../../lib/serve/http/reward-server.js";
import { FakeScorer, FakeTextScorer, type FakeScorerOptions } from "../host/fake-scorer.js";
import { closeServers, post, serve } from "./running-server.js";

closeServers();

describe("refusals", () => {
  it("refuses a body that is too deep to be printed, instead of failing on it", async () => {
    const server = await serve();
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    expect(await post(server, "/score", `{"prompt":"q","response":"r","id":${deep}}`)).toMatchObject({
      status: 400,
      body: { error: { code: "BODY_INVALID" } },
    });
  });

  it("gives up a body that stays away, and holds no place for it meanwhile", async () => {
    const server = await serve(undefined, { maxRequests: 2 });
    const port = Number(new URL(server.url).port);
    const head = "POST /rerank HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    const stalled = Array.from({ length: 70 }, () => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(`${head}content-length: 100\r\n\r\n{`);
      return socket;
    });
    const answers = stalled.map(
      (socket) =>
        new Promise<string>((resolve) =>
          socket.once("data", (data) => {
            resolve(String(data));
          }),
        ),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let turn = 0; turn < 3; turn++) {
      expect(await post(server, "/rerank", { query: "q", texts: ["a"] })).toMatchObject({ status: 200 });
    }
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  }, 30_000);

  it("holds no more of the bodies on their way than a few of the largest", async () => {
    const server = await serve(undefined, { maxBodyBytes: 10_000 });
    const port = Number(new URL(server.url).port);
    const sockets = Array.from({ length: 12 }, () => {
      const socket = connect(port, "127.0.0.1");
      socket.write(
        "POST /rerank HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n" +
          "x".repeat(9_000),
      );
      return socket;
    });
    const answers: string[] = [];
    for (const socket of sockets) socket.once("data", (data) => answers.push(String(data)));
    await expect.poll(() => answers.length).toBe(4);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(async () => (await post(server, "/rerank", { query: "q", texts: ["a"] })).status)
      .toBe(200);
  });

  it.each([
    ["Latin-1", Buffer.from('{"query":["caf\xe9"]}', "latin1"), {}, 400],
    [
      "half a character",
      Buffer.from([...Buffer.from('{"query":["'), 0xe2, 0x82, ...Buffer.from('"]}')]),
      {},
      400,
    ],
    ["UTF-16", Buffer.from('{"query":["a"]}', "utf16le"), {}, 400],
    ["a packed body", Buffer.from('{"query":["a"]}'), { "content-encoding": "gzip" }, 415],
    ["a byte-order mark in front", Buffer.from('\ufeff{"query":["a"]}'), {}, 200],
  ])("repairs no body: %s", async (_name, body, headers, status) => {
    const server = await serve();
    const response = await fetch(`${server.url}/get_reward`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    expect(response.status).toBe(status);
  });

  it("keeps a byte-order mark within a text", async () => {
    const scorer = new FakeTextScorer("fake");
    await post(await serve(scorer), "/get_reward", { query: ["\ufeffa"] });
    expect(scorer.textCalls).toEqual([{ texts: ["\ufeffa"], addSpecialTokens: false }]);
  });

  it("says what is wrong with a request", async () => {
    const server = await serve(undefined, { maxBodyBytes: 1000 });
    expect(await post(server, "/nothing", {})).toMatchObject({ status: 404 });
    expect(await post(server, "/classify", "{bad")).toMatchObject({
      status: 400,
      body: { error: { code: "BODY_INVALID" } },
    });
    expect(await post(server, "/classify", { input: 3 })).toMatchObject({ status: 422 });
    expect(await post(server, "/classify", { input: "x".repeat(2000) })).toMatchObject({ status: 413 });
    expect(await post(server, "/classify", "{}", { "content-type": "text/plain" })).toMatchObject({
      status: 415,
    });
    expect((await fetch(`${server.url}/classify`)).status).toBe(405);
    expect(await post(server, "/rerank", { query: "q", texts: ["[refuse]"] })).toMatchObject({
      status: 422,
      body: { error: { code: "CONVERSATION_TOO_LONG" } },
    });
    expect(await post(server, "/get_reward", { query: ["a", "[refuse]"] })).toMatchObject({ status: 422 });
  });

  it("stops a body that grows past the limit", async () => {
    const server = await serve(undefined, { maxBodyBytes: 1000 });
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${server.url}/classify`, {
        method: "POST",
        headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
      });
      request.on("response", ({ statusCode }) => {
        resolve(statusCode);
        request.destroy();
      });
      request.on("error", reject);
      request.write(`"${"x".repeat(5000)}`);
    });
    expect(status).toBe(413);
  });

  // Most clients lose an answer when the connection is reset while they still send.
  it("lets a client that was answered early send the rest of its body", async () => {
    const server = await serve(undefined, { maxBodyBytes: 1000 });
    const rest = Buffer.alloc(1_000_000, "x");
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      let answer = "";
      socket.on("error", (error) => {
        resolve(`${answer} ${error.message}`);
      });
      socket.on("close", () => {
        resolve(socket.bytesWritten < rest.length ? "closed before the body was sent" : answer);
      });
      socket.on("data", (data) => {
        if (answer === "") setTimeout(() => socket.write(rest), 100);
        answer += data.toString();
      });
      socket.write(
        "POST /classify HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n" +
          `content-length: ${rest.length}\r\n\r\n`,
      );
    });
    expect(outcome).toMatch(/^HTTP\/1.1 413 [^]*BODY_TOO_LARGE"\}\}$/);
  });

  it.each(["//", "http://", "http://evil.example/v1/models", "*"])("finds nothing at %s", async (target) => {
    const errors: unknown[] = [];
    const server = await serve(undefined, { onError: (error) => errors.push(error) });
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      let text = "";
      socket.on("data", (data) => (text += data.toString()));
      socket.on("close", () => {
        resolve(text);
      });
      socket.write(`GET ${target} HTTP/1.1\r\nhost: LOCALHOST\r\nconnection: close\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
    expect(errors).toEqual([]);
  });

  it("scores nothing for an empty batch", async () => {
    const server = await serve();
    expect(await post(server, "/predict", { inputs: [] })).toMatchObject({ status: 422 });
  });

  it.each([
    ["/classify", { input: [[1]] }, /expected input .* or messages/],
    ["/predict", { inputs: 1 }, /inputs: expected a text, a pair/],
    ["/get_reward", {}, /query: expected a text or a list/],
  ])("says what %s takes", async (path, body, message) => {
    const server = await serve();
    expect(await post(server, path, body)).toMatchObject({
      status: 422,
      body: { error: { message: expect.stringMatching(message) as string } },
    });
  });

  it("says what to do about a taken port", async () => {
    const server = await serve();
    const port = Number(new URL(server.url).port);
    await expect(serve(undefined, { port })).rejects.toMatchObject({
      code: "EADDRINUSE",
      message: expect.stringMatching(/choose another --port/) as string,
    });
  });

  it("wants the token where there is one", async () => {
    const server = await serve(undefined, { token: "secret" });
    const body = { query: "q", texts: ["a"] };
    expect(await post(server, "/rerank", body)).toMatchObject({ status: 401 });
    expect(await post(server, "/rerank", body, { authorization: "Bearer wrong" })).toMatchObject({
      status: 401,
    });
    expect(await post(server, "/rerank", body, { authorization: "Bearer secret" })).toMatchObject({
      status: 200,
    });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  it("listens for other computers only with a token", async () => {
    const starting = RewardServer.start(new FakeScorer("fake"), { host: "0.0.0.0" });
    await expect(starting).rejects.toThrow(InvalidArgumentError);
    expect((await serve(undefined, { host: "0.0.0.0", token: "secret" })).url).toMatch(/0\.0\.0\.0/);
  });

  it("answers nobody under another name", async () => {
    const server = await serve();
    const status = await new Promise((resolve) => {
      httpRequest(`${server.url}/health`, { headers: { host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  it("says so when a model takes no rendered prompts", async () => {
    const server = await serve(new FakeScorer("fake"));
    expect(await post(server, "/get_reward", { query: ["a"] })).toMatchObject({ status: 501 });
    expect(await post(server, "/rerank", { query: "q", texts: ["a"] })).toMatchObject({ status: 200 });
  });

  it("keeps what went wrong inside for its own log", async () => {
    const errors: unknown[] = [];
    const server = await serve(undefined, { onError: (error) => errors.push(error) });
    const answer = await post(server, "/rerank", { query: "q", texts: ["[bug]"] });
    expect(answer).toMatchObject({ status: 500, body: { error: { code: "INTERNAL" } } });
    expect(JSON.stringify(answer)).not.toContain("not a function");
    expect(errors).toHaveLength(1);
    const failing = new FakeScorer("fake");
    failing.rank = () => Promise.reject(new DecodeError("DECODE_FAILED", "llama_decode returned -3."));
    const broken = await serve(failing);
    expect(await post(broken, "/rerank", { query: "q", texts: ["a"] })).toMatchObject({
      status: 500,
      body: { error: { code: "DECODE_FAILED" } },
    });
  });

  it("lets requests wait for their turn, and turns them away when enough wait", async () => {
    const slow: FakeScorerOptions = { delayMs: 300 };
    const body = { query: "q", texts: ["a"] };
    const server = await serve(new FakeScorer("fake", slow), { maxRequests: 1, maxQueue: 1 });
    const answers = [post(server, "/rerank", body), post(server, "/rerank", body)];
    await expect
      .poll(
        async () => (await (await fetch(`${server.url}/metrics`)).text()).match(/requests_waiting (\d)/)?.[1],
      )
      .toBe("1");
    const refused = await fetch(`${server.url}/rerank`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toMatchObject({ error: { code: "BUSY" } });
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200 });
  });
});

describe("ends", () => {
  it("lets requests at work end, and aborts those that take too long", async () => {
    const quick = await serve(new FakeScorer("fake", { delayMs: 100 }));
    const answer = post(quick, "/rerank", { query: "q", texts: ["a"] });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await quick.close(5_000);
    expect(await answer).toMatchObject({ status: 200 });
    await expect(fetch(`${quick.url}/health`)).rejects.toThrow();
    const slow = await serve(new FakeScorer("fake", { delayMs: 60_000 }));
    const late = post(slow, "/rerank", { query: "q", texts: ["a"] });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await slow.close(50);
    expect(await late).toMatchObject({ status: 503, body: { error: { code: "SHUTTING_DOWN" } } });
  });

  it("aborts scoring when the client goes away", async () => {
    const scorer = new FakeScorer("fake", { delayMs: 5_000 });
    let signal: AbortSignal | undefined;
    const rank = scorer.rank.bind(scorer);
    scorer.rank = (prompt, responses, options) => {
      signal = options?.signal;
      return rank(prompt, responses, options);
    };
    const server = await serve(scorer);
    const { port } = new URL(server.url);
    const body = JSON.stringify({ query: "q", texts: ["a"] });
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      `POST /rerank HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => signal !== undefined).toBe(true);
    socket.destroy();
    await expect.poll(() => signal?.aborted).toBe(true);
  });
});
