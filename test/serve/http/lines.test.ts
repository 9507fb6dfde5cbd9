import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { RewardServer } from "../../../lib/serve/http/reward-server.js";
import { parseLines, toLines } from "../../cli/cli.js";
import { FakeScorer, FakeTextScorer, fakeReward } from "../host/fake-scorer.js";
import { closeServers, serve } from "./running-server.js";

closeServers();

const LINES = { "content-type": "application/x-ndjson" };

async function send(
  server: RewardServer,
  body: string | Uint8Array,
  headers: Record<string, string> = LINES,
): Promise<{ status: number; type: string | null; text: string }> {
  const sent = typeof body === "string" ? body : Buffer.from(body);
  const response = await fetch(`${server.url}/v1/score`, { method: "POST", headers, body: sent });
  const type = response.headers.get("content-type");
  return { status: response.status, type, text: await response.text() };
}

/** A request whose lines go out one by one. */
function open(server: RewardServer): { sent: ClientRequest; response: Promise<IncomingMessage> } {
  const sent = httpRequest(`${server.url}/v1/score`, { method: "POST", headers: LINES });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    sent.on("response", resolve).on("error", reject);
  });
  return { sent, response };
}

const record = (response: string): object => ({ prompt: "q", response });

describe("JSON Lines", () => {
  it("are answered line by line, bad ones as errors in place", async () => {
    const lines = [
      JSON.stringify({ id: "x", ...record("a") }),
      "{bad",
      "",
      JSON.stringify({ nothing: true }),
      JSON.stringify({ prompt: "q", chosen: "a", rejected: "b" }),
      JSON.stringify({ ...record("a"), add_special_tokens: false }),
      JSON.stringify({ prompt: "q", responses: ["[refuse]"] }),
    ];
    const { status, type, text } = await send(await serve(), lines.join("\n"));
    expect([status, type]).toEqual([200, "application/x-ndjson; charset=utf-8"]);
    expect(parseLines(text)).toMatchObject([
      { id: "x", reward: fakeReward("q a") },
      { id: 1, error: { code: "DATASET_INVALID" } },
      { id: 3, error: { code: "DATASET_INVALID" } },
      { id: 4, margin: fakeReward("q a") - fakeReward("q b") },
      { id: 5, error: { code: "INVALID_ARGUMENT" } },
      { id: 6, error: { code: "CONVERSATION_TOO_LONG" } },
    ]);
  });

  it("are what a list is answered with, where the client asks for it", async () => {
    const server = await serve();
    const list = JSON.stringify([record("a"), record("b")]);
    const json = { "content-type": "application/json" };
    const { text } = await send(server, list, { ...json, accept: "application/x-ndjson" });
    expect(parseLines(text)).toMatchObject([{ id: 0 }, { id: 1 }]);
    expect(JSON.parse((await send(server, list, json)).text)).toMatchObject([{ id: 0 }, { id: 1 }]);
  });

  it("may be packed", async () => {
    const body = gzipSync(toLines([record("a"), record("b")]));
    const { text } = await send(await serve(), body, { ...LINES, "content-encoding": "gzip" });
    expect(parseLines(text)).toMatchObject([{ reward: fakeReward("q a") }, { reward: fakeReward("q b") }]);
  });

  it("are answered while more of them are on their way, and longer than a body may take", async () => {
    const server = await serve(undefined, { bodyMs: 100, workMs: 100 });
    const { sent, response } = open(server);
    sent.write(toLines([record("a")]));
    const answer = await response;
    const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const lineOf = async (): Promise<unknown> => JSON.parse(String((await chunks.next()).value)) as unknown;
    expect(await lineOf()).toMatchObject({ id: 0 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    sent.write(toLines([record("b")]));
    expect(await lineOf()).toMatchObject({ id: 1, reward: fakeReward("q b") });
    sent.end();
    expect((await chunks.next()).done).toBe(true);
  });

  it("are given up where they stay away, and break off visibly", async () => {
    const server = await serve(undefined, { idleMs: 100 });
    const { sent, response } = open(server);
    sent.on("error", () => undefined);
    sent.write(toLines([record("a")]));
    const answer = await response;
    let text = "";
    answer.on("data", (chunk: Buffer) => (text += String(chunk)));
    const end = await new Promise((resolve) => {
      answer.on("error", resolve).on("end", () => {
        resolve("whole");
      });
    });
    expect(end).toMatchObject({ code: "ECONNRESET" });
    expect(parseLines(text)).toMatchObject([{ id: 0 }, { error: { code: "BODY_TIMEOUT" } }]);
  });

  it("refuse one that is too long, and go on", async () => {
    const server = await serve(undefined, { maxItemChars: 100 });
    const { text } = await send(server, toLines([record("x".repeat(200)), record("a")]));
    expect(parseLines(text)).toMatchObject([
      { id: 0, error: { code: "DATASET_INVALID" } },
      { id: 1, reward: fakeReward("q a") },
    ]);
  });

  it("are read no faster than they are scored, and no further when the client goes away", async () => {
    const scorer = new FakeScorer("fake", { delayMs: 5 });
    const errors: unknown[] = [];
    const server = await serve(scorer, { onError: (error) => errors.push(error) });
    const { sent, response } = open(server);
    sent.on("error", () => undefined);
    const line = toLines([record("x".repeat(10_000))]);
    for (let index = 0; index < 1000; index++) sent.write(line);
    (await response).on("error", () => undefined).resume();
    await expect.poll(() => scorer.received.length).toBeGreaterThan(3);
    sent.destroy();
    await expect
      .poll(async () => (await (await fetch(`${server.url}/metrics`)).text()).includes("requests_running 0"))
      .toBe(true);
    expect(scorer.received.length).toBeLessThan(1000);
    expect(errors).toEqual([]);
  });

  it("need a model's name in the address where there are several", async () => {
    const server = await serve([new FakeTextScorer("a"), new FakeTextScorer("b")]);
    expect((await send(server, toLines([record("a")]))).status).toBe(422);
  });

  it("tell a failure of the model apart from one of a record", async () => {
    const errors: unknown[] = [];
    const server = await serve(undefined, { onError: (error) => errors.push(error) });
    const whole = send(server, toLines([record("a"), record("[bug]")]));
    await expect(whole).rejects.toThrow();
    expect(errors).toHaveLength(1);
    expect(await send(server, toLines([record("[bug]")]))).toMatchObject({ status: 500 });
  });
});
