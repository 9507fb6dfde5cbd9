import { describe, expect, it } from "vitest";
import { FakeTextScorer, fakeReward } from "../host/fake-scorer.js";
import { closeServers, post, serve } from "./running-server.js";

closeServers();

describe("formats", () => {
  it("answers OpenRLHF's get_reward without adding tokens", async () => {
    const scorer = new FakeTextScorer("fake");
    const server = await serve(scorer);
    const query = ["<s>a", "<s>b"];
    expect(await post(server, "/get_reward", { query, prompts: ["a", "b"], labels: [null, null] })).toEqual({
      status: 200,
      body: { rewards: query.map(fakeReward), scores: query.map(fakeReward), extra_logs: {} },
    });
    expect(scorer.textCalls).toEqual([{ texts: query, addSpecialTokens: false }]);
    const gated = await serve(new FakeTextScorer("fake", { isGated: true }));
    expect(await post(gated, "/get_reward", { query })).toMatchObject({
      body: { extra_logs: { std: [0.75, 0.75] } },
    });
  });

  it.each(["/classify", "/v1/classify"])("answers %s with raw rewards", async (path) => {
    const scorer = new FakeTextScorer("fake");
    const server = await serve(scorer);
    expect(await post(server, path, { model: "any", input: ["a", "bc"] })).toEqual({
      status: 200,
      body: {
        id: expect.stringMatching(/^classify-/) as string,
        object: "list",
        created: expect.any(Number) as number,
        model: "fake",
        data: [
          { index: 0, label: "LABEL_0", probs: [fakeReward("a")], num_classes: 1 },
          { index: 1, label: "LABEL_0", probs: [fakeReward("bc")], num_classes: 1 },
        ],
        usage: { prompt_tokens: 3, total_tokens: 3, completion_tokens: 0 },
      },
    });
    expect(scorer.textCalls).toEqual([{ texts: ["a", "bc"], addSpecialTokens: true }]);
    const messages = [
      { role: "user", content: "q" },
      { role: "assistant", content: "a" },
    ];
    expect(await post(server, path, { messages })).toMatchObject({
      body: { data: [{ probs: [fakeReward("q a")] }] },
    });
    const probability = 1 / (1 + Math.exp(-fakeReward("a")));
    expect(await post(server, path, { input: "a", use_activation: true })).toMatchObject({
      body: { data: [{ probs: [expect.closeTo(probability, 12)] }] },
    });
  });

  it("hands whole messages, tools and variables on, and refuses them where there is no template", async () => {
    const scorer = new FakeTextScorer("fake");
    const server = await serve(scorer);
    const call = { function: { name: "f", arguments: { a: 7 } } };
    const messages = [
      { role: "user", content: [{ type: "text", text: "q" }] },
      { role: "assistant", content: "a", tool_calls: [call], reasoning_content: "r" },
    ];
    const beside = { tools: [{ name: "f" }], documents: [{ text: "d" }] };
    const body = { messages, ...beside, chat_template_kwargs: { enable_thinking: false } };
    for (const path of ["/classify", "/v1/classify", "/score"])
      expect(await post(server, path, body)).toMatchObject({ status: 200 });
    const request = { messages, ...beside, chatTemplateKwargs: { enable_thinking: false } };
    expect(scorer.received).toEqual([request, request, request]);
    for (const refused of [
      { ...body, messages: [{ role: "user", content: [{ type: "image_url" }] }] },
      { ...body, tools: "none of these" },
      { ...body, chat_template: "x" },
      { ...body, add_generation_prompt: true },
      { input: "q", tools: beside.tools },
      { input: "q", chat_template_kwargs: { a: 1 } },
    ])
      expect(await post(server, "/v1/classify", refused)).toMatchObject({ status: 422 });
    expect(await post(server, "/score", { ...body, add_generation_prompt: true })).toMatchObject({
      status: 422,
    });
  });

  it("gives templates the numbers of a body as they are written", async () => {
    const scorer = new FakeTextScorer("fake");
    const server = await serve(scorer);
    const text = '{"messages":[{"role":"user","content":"q"}],"tools":[{"minimum":7.0,"maximum":7}]}';
    for (const path of ["/v1/classify", "/score"])
      expect(await post(server, path, text)).toMatchObject({ status: 200 });
    for (const received of scorer.received)
      expect(received).toMatchObject({ tools: [{ minimum: Object(7) as unknown, maximum: 7 }] });
  });

  it("leaves the special tokens of vLLM's input out when asked to", async () => {
    const scorer = new FakeTextScorer("fake");
    const server = await serve(scorer);
    for (const addSpecialTokens of [false, true]) {
      const body = { input: "<s>a", add_special_tokens: addSpecialTokens };
      expect(await post(server, "/classify", body)).toMatchObject({ status: 200 });
    }
    expect(scorer.textCalls.map(({ addSpecialTokens }) => addSpecialTokens)).toEqual([false, true]);
  });

  it("answers SGLang's own form of classify", async () => {
    const scorer = new FakeTextScorer("fake");
    const server = await serve(scorer);
    const answer = (text: string): object => ({
      embedding: [fakeReward(text)],
      meta_info: { prompt_tokens: text.length },
    });
    expect((await post(server, "/classify", { model: "m", text: ["a", "bc"] })).body).toMatchObject([
      answer("a"),
      answer("bc"),
    ]);
    expect((await post(server, "/classify", { text: "a" })).body).toMatchObject(answer("a"));
    expect(scorer.textCalls.every(({ addSpecialTokens }) => addSpecialTokens)).toBe(true);
  });

  const MESSAGES = [
    { role: "user", content: "q" },
    { role: "assistant", content: "a" },
  ];
  it.each([
    ["/classify", { input: "a", truncate_prompt_tokens: 5 }],
    ["/classify", { input: "a", dimensions: 1 }],
    ["/classify", { input: "a", encoding_format: "base64" }],
    ["/classify", { input: "a", use_activation: true, softmax: false }],
    ["/classify", { messages: MESSAGES, add_special_tokens: false }],
    ["/classify", { messages: MESSAGES, chat_template: "{{ messages }}" }],
    ["/classify", { messages: MESSAGES, add_generation_prompt: true }],
    ["/classify", { messages: MESSAGES, continue_final_message: true }],
    ["/classify", { text: "a", image_data: ["x"] }],
    ["/classify", { text: "a", add_special_tokens: false }],
    ["/classify", { input: "a", messages: MESSAGES }],
    ["/classify", { input: "a", tools: [{}] }],
    ["/get_reward", { query: ["a"], add_special_tokens: true }],
    ["/predict", { inputs: "a", prompt_name: "query" }],
    ["/rerank", { query: "q", texts: ["a"], instruction: "Be strict." }],
    ["/v2/rerank", { query: "q", documents: ["a"], max_tokens_per_doc: 3 }],
    ["/v1/rerank", { query: "q", documents: ["a"], rank_fields: ["title"] }],
    ["/score", { prompt: "q", response: "a", add_special_tokens: false }],
    [
      "/score",
      [
        { prompt: "q", response: "a" },
        { prompt: "q", response: "a", truncate: true },
      ],
    ],
  ])("%s refuses what would change the score and is not done: %j", async (path, body) => {
    expect(await post(await serve(), path, body)).toMatchObject({ status: 422 });
  });

  it.each([
    [
      "/classify",
      { input: "a", model: "m", user: "u", priority: 1, request_id: "r", encoding_format: "float" },
    ],
    ["/classify", { messages: MESSAGES, add_generation_prompt: false, mm_processor_kwargs: null }],
    ["/get_reward", { query: ["a"], prompts: ["p"], labels: [null], step: 3 }],
    ["/predict", { inputs: "a", truncate: true, truncation_direction: "Right" }],
    ["/rerank", { query: "q", texts: ["a"], truncate: false }],
    ["/v1/rerank", { query: "q", documents: ["a"], user: "u" }],
  ])("%s takes fields that change no score: %j", async (path, body) => {
    expect(await post(await serve(), path, body)).toMatchObject({ status: 200 });
  });

  it("cuts long texts as it was started to, and nobody otherwise", async () => {
    const scorer = new FakeTextScorer("fake");
    scorer.description.settings.truncate = "left";
    const server = await serve(scorer);
    expect(
      await post(server, "/predict", { inputs: "a", truncate: true, truncation_direction: "Left" }),
    ).toMatchObject({
      status: 200,
    });
    for (const asked of [{ truncate: false }, { truncate: true, truncation_direction: "Right" }]) {
      expect(await post(server, "/predict", { inputs: "a", ...asked })).toMatchObject({ status: 422 });
      expect(await post(server, "/rerank", { query: "q", texts: ["a"], ...asked })).toMatchObject({
        status: 422,
      });
    }
  });

  it("gives vLLM's rerank probabilities when asked to", async () => {
    const server = await serve();
    const body = { query: "q", documents: ["one"], use_activation: true };
    expect((await post(server, "/v1/rerank", body)).body).toMatchObject({
      results: [{ relevance_score: expect.closeTo(1 / (1 + Math.exp(-fakeReward("q one"))), 12) as number }],
    });
  });

  it("answers TEI's predict: a text, a pair, a batch of both", async () => {
    const server = await serve();
    const answer = (text: string): object => ({ score: fakeReward(text), label: "LABEL_0" });
    expect((await post(server, "/predict", { inputs: "a" })).body).toEqual([answer("a")]);
    expect((await post(server, "/predict", { inputs: ["q", "a"] })).body).toEqual([answer("q a")]);
    expect((await post(server, "/predict", { inputs: [["a"], ["q", "b"]], raw_scores: true })).body).toEqual([
      [answer("a")],
      [answer("q b")],
    ]);
    const squashed = 1 / (1 + Math.exp(-fakeReward("a")));
    expect((await post(server, "/predict", { inputs: "a", raw_scores: false })).body).toEqual([
      { score: expect.closeTo(squashed, 12) as number, label: "LABEL_0" },
    ]);
    expect(await post(server, "/predict", { inputs: ["a", "b", "c"] })).toMatchObject({ status: 422 });
  });

  it("answers TEI's and Jina's rerank, best first", async () => {
    const server = await serve();
    const texts = ["one", "two", "three"];
    const order = texts
      .map((text, index) => ({ index, text, score: fakeReward(`q ${text}`) }))
      .sort((a, b) => b.score - a.score);
    expect((await post(server, "/rerank", { query: "q", texts, return_text: true })).body).toEqual(order);
    for (const path of ["/rerank", "/v1/rerank", "/v2/rerank"]) {
      const body = { model: "any", query: "q", documents: ["one", { text: "two" }, "three"], top_n: 2 };
      expect((await post(server, path, { ...body, return_documents: true })).body).toEqual({
        model: "fake",
        object: "list",
        usage: { prompt_tokens: 17, total_tokens: 17 },
        results: order.slice(0, 2).map(({ index, text, score }) => ({
          index,
          relevance_score: score,
          document: { text },
        })),
      });
    }
  });

  it("answers records of the score command", async () => {
    const server = await serve();
    expect((await post(server, "/score", { id: "x", prompt: "q", response: "a" })).body).toMatchObject({
      id: "x",
      reward: fakeReward("q a"),
    });
    const list = [{ prompt: "q", chosen: "a", rejected: "b" }, { nothing: true }];
    expect((await post(server, "/score", list)).body).toMatchObject([
      { id: 0, margin: fakeReward("q a") - fakeReward("q b") },
      { id: 1, error: { code: "DATASET_INVALID" } },
    ]);
  });

  it("answers ids that no double holds with all their digits", async () => {
    const server = await serve();
    const record = (id: string): string => `{"id":${id},"prompt":"q","response":"a"}`;
    const ids = ["1610521604143693812", "1610521604143693813"];
    expect((await post(server, "/score", record(ids[0] ?? ""))).body).toMatchObject({ id: ids[0] });
    expect((await post(server, "/score", `[${ids.map(record).join(",")}]`)).body).toMatchObject(
      ids.map((id) => ({ id })),
    );
  });

  it("names its model and its health", async () => {
    const server = await serve();
    expect(await (await fetch(`${server.url}/v1/models`)).json()).toMatchObject({ data: [{ id: "fake" }] });
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: "ok" });
  });
});
