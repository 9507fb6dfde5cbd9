import { expect, it } from "vitest";
import { InvalidArgumentError } from "../../../lib/errors.js";
import { FakeTextScorer } from "../host/fake-scorer.js";
import { closeServers, post, serve } from "./running-server.js";

closeServers();

it("chooses among several models by the body or the address, and never guesses", async () => {
  const a = new FakeTextScorer("a");
  const b = new FakeTextScorer("b");
  const server = await serve([a, b]);
  const body = { query: "q", documents: ["one"] };
  expect(await post(server, "/v1/rerank", { ...body, model: "b" })).toMatchObject({
    status: 200,
    body: { model: "b" },
  });
  expect(await post(server, "/v1/rerank?model=a", body)).toMatchObject({ status: 200, body: { model: "a" } });
  expect(await post(server, "/score?model=b", [{ prompt: "q", response: "r" }])).toMatchObject({
    status: 200,
  });
  expect([a.received.length, b.received.length]).toEqual([1, 2]);
  expect(await post(server, "/v1/rerank", body)).toMatchObject({
    status: 422,
    body: { error: { message: expect.stringMatching(/there are a, b/) as string } },
  });
  expect(await post(server, "/v1/rerank", { ...body, model: "c" })).toMatchObject({
    status: 404,
    body: { error: { code: "MODEL_NOT_FOUND" } },
  });
  expect(await post(server, "/v1/rerank?model=a", { ...body, model: "b" })).toMatchObject({ status: 422 });
  expect(await post(server, "/v1/rerank", { ...body, model: 3 })).toMatchObject({ status: 422 });
  expect([a.received.length, b.received.length]).toEqual([1, 2]);
  const listed = await (await fetch(`${server.url}/v1/models`)).json();
  expect(listed).toMatchObject({ data: [{ id: "a" }, { id: "b" }] });
});

it("answers whatever a client calls the only model", async () => {
  const server = await serve();
  expect(await post(server, "/rerank", { model: "Qwen/x", query: "q", texts: ["a"] })).toMatchObject({
    status: 200,
  });
});

it("refuses two models of one name", async () => {
  const starting = serve([new FakeTextScorer("a"), new FakeTextScorer("a")]);
  await expect(starting).rejects.toThrow(InvalidArgumentError);
});
