/** The requests of published clients, word for word as they send them, and what those clients read of the answer. */
import { describe, expect, it } from "vitest";
import { FakeTextScorer, fakeReward } from "../host/fake-scorer.js";
import { closeServers, post, serve } from "./running-server.js";

closeServers();

describe("OpenRLHF", () => {
  // openrlhf/utils/agent.py (2026), `SingleTurnAgentExecutor._fetch_rewards_via_http`: every sample on its own, cut in shares for all URLs, so
  // that those behind the first are asked for the rewards of no query; reads rewards, scores and extra_logs of the first answer.
  it("asks several URLs for the rewards of one query", async () => {
    const servers = [await serve(), await serve()];
    const queries = ["<s>q1 a"];
    const share = Math.ceil(queries.length / servers.length);
    const answers = await Promise.all(
      servers.map(async (server, index) => {
        const query = queries.slice(index * share, (index + 1) * share);
        const body = { query, prompts: query.map(() => "<s>q1 "), labels: query.map(() => null) };
        const { status, body: answer } = await post(server, "/get_reward", body);
        expect(status).toBe(200);
        return answer;
      }),
    );
    const rewards = queries.map(fakeReward);
    expect(answers).toEqual([
      { rewards, scores: rewards, extra_logs: {} },
      { rewards: [], scores: [], extra_logs: {} },
    ]);
  });

  // The same function asks again, up to five times, a second apart, after any status from 400 on.
  it("asks again while the server is full", async () => {
    const server = await serve(new FakeTextScorer("fake", { delayMs: 150 }), { maxRequests: 1, maxQueue: 0 });
    const first = post(server, "/get_reward", { query: ["a"], prompts: ["a"], labels: [null] });
    await expect.poll(async () => (await post(server, "/get_reward", { query: ["b"] })).status).toBe(200);
    expect(await first).toMatchObject({ status: 200 });
  });
});

describe("verl", () => {
  // verl/experimental/reward_loop/reward_loop.py (2026-02), `compute_score_disrm`, engine vllm: a rendered prompt whose BOS was taken off.
  it("reads the last of probs from /classify", async () => {
    const scorer = new FakeTextScorer("fake");
    const body = { model: "/models/rm", input: "<|user|>q<|assistant|>a", activation: false };
    const answer = await post(await serve(scorer), "/classify", body);
    const { data } = answer.body as { data: { probs: number[] }[] };
    expect(data.at(-1)?.probs.at(-1)).toBe(fakeReward(body.input));
    expect(scorer.textCalls).toEqual([{ texts: [body.input], addSpecialTokens: true }]);
  });

  // The same function, engine sglang.
  it("reads the last number of an embedding from /v1/embeddings", async () => {
    const body = { model: "/models/rm", input: "<|user|>q<|assistant|>a" };
    const answer = await post(await serve(), "/v1/embeddings", body);
    const { data } = answer.body as { data: { embedding: number[] }[] };
    expect(data.at(-1)?.embedding.at(-1)).toBe(fakeReward(body.input));
    expect(await post(await serve(), "/v1/embeddings", { ...body, encoding_format: "base64" })).toMatchObject(
      {
        status: 422,
      },
    );
  });
});

describe("vLLM", () => {
  // examples/pooling/pooling/vllm_pooling_online.py (0.20): texts, then a chat.
  it("answers /pooling with the raw reward", async () => {
    const server = await serve();
    const texts = await post(server, "/pooling", { model: "m", input: ["a", "bc"] });
    expect(texts).toMatchObject({
      status: 200,
      body: {
        object: "list",
        model: "fake",
        data: [
          { index: 0, object: "pooling", data: [fakeReward("a")] },
          { index: 1, object: "pooling", data: [fakeReward("bc")] },
        ],
        usage: { prompt_tokens: 3, total_tokens: 3 },
      },
    });
    const messages = [
      { role: "user", content: "q" },
      { role: "assistant", content: "a" },
    ];
    expect(await post(server, "/pooling", { model: "m", messages, task: "classify" })).toMatchObject({
      body: { data: [{ data: [fakeReward("q a")] }] },
    });
    for (const task of ["token_classify", "embed", "plugin"]) {
      expect(await post(server, "/pooling", { input: "a", task })).toMatchObject({ status: 422 });
    }
  });

  // vllm/entrypoints/pooling/scoring/protocol.py (0.20): four spellings of the two sides; docs/models/pooling_models/scoring.md.
  it.each([
    ["text_1", "text_2"],
    ["data_1", "data_2"],
    ["queries", "documents"],
    ["queries", "items"],
  ])("scores pairs of %s and %s", async (one, two) => {
    const server = await serve();
    const scoresOf = async (first: unknown, second: unknown, path = "/score"): Promise<unknown> => {
      const { status, body } = await post(server, path, { model: "m", [one]: first, [two]: second });
      if (status !== 200) return status;
      const { data } = body as { data: { index: number; object: string; score: number }[] };
      expect(data.map(({ index, object }) => [index, object])).toEqual(
        data.map((_, index) => [index, "score"]),
      );
      return data.map(({ score }) => score);
    };
    expect(await scoresOf("q", "a")).toEqual([fakeReward("q a")]);
    expect(await scoresOf("q", ["a", "b"], "/v1/score")).toEqual([fakeReward("q a"), fakeReward("q b")]);
    expect(await scoresOf(["q", "r"], ["a", "b"])).toEqual([fakeReward("q a"), fakeReward("r b")]);
    expect(await scoresOf(["q", "r"], ["a", "b", "c"])).toBe(422);
    expect(await scoresOf(["q", "r"], "a")).toBe(422);
    expect(await scoresOf("q", [{ content: [{ type: "image_url" }] }])).toBe(422);
  });

  it("takes no record and pair in one body", async () => {
    const body = { text_1: "q", text_2: "a", prompt: "q", response: "a" };
    expect(await post(await serve(), "/score", body)).toMatchObject({ status: 422 });
  });

  it("gives all of its rerank for top_n 0, and takes one document alone", async () => {
    const server = await serve();
    const body = { model: "m", query: "q", documents: ["a", "b"], top_n: 0, max_tokens_per_doc: 0 };
    expect((await post(server, "/rerank", body)).body).toMatchObject({ results: [{}, {}] });
    expect(await post(server, "/rerank", { ...body, documents: "a" })).toMatchObject({
      body: { results: [{ index: 0, relevance_score: fakeReward("q a") }] },
    });
  });
});

describe("Text Embeddings Inference", () => {
  it("has a batch scored in one call", async () => {
    const scorer = new FakeTextScorer("fake");
    const inputs = [["a"], ["q", "b"], ["c"], ["q", "d"]];
    const { body } = await post(await serve(scorer), "/predict", { inputs, truncate: false });
    const expected = ["a", "q b", "c", "q d"].map((text) => [{ score: fakeReward(text), label: "LABEL_0" }]);
    expect(body).toEqual(expected);
    expect(scorer.textCalls).toEqual([{ texts: ["a", "c"], addSpecialTokens: true }]);
  });
});

describe("Cohere", () => {
  // cohere-ai 8.1 (npm), `client.v2.rerank`: what it sends, and what its parser asks for (id and meta are optional).
  it("answers /v2/rerank", async () => {
    const body = { model: "rerank-v4.0", query: "q", documents: ["a", "b", "c"], top_n: 2 };
    const order = ["a", "b", "c"]
      .map((text, index) => ({ index, relevance_score: fakeReward(`q ${text}`) }))
      .sort((a, b) => b.relevance_score - a.relevance_score);
    expect((await post(await serve(), "/v2/rerank", body)).body).toMatchObject({
      results: order.slice(0, 2),
    });
  });
});
