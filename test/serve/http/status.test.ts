import { connect } from "node:net";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { ENDPOINTS } from "../../../lib/serve/http/endpoints.js";
import { STATUS_ROUTES } from "../../../lib/serve/http/status/status-routes.js";
import { FakeTextScorer } from "../host/fake-scorer.js";
import { closeServers, post, serve } from "./running-server.js";

closeServers();

describe("the OpenAPI document", () => {
  it("is one, and names every address", async () => {
    const server = await serve();
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
    const validator = new Validator();
    const { valid, errors } = await validator.validate(document);
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(Object.keys(document.paths).sort()).toEqual(
      [...ENDPOINTS.flatMap(({ paths }) => paths), ...STATUS_ROUTES.map((route) => route.path)].sort(),
    );
    // Made of what requests are checked with, not of something written beside it.
    expect(document).toMatchObject({
      paths: {
        "/get_reward": {
          post: {
            requestBody: {
              content: {
                "application/json": {
                  schema: {
                    required: ["query"],
                    properties: {
                      query: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
                    },
                  },
                },
              },
            },
          },
        },
      },
    });
  });

  const forAnswers = ENDPOINTS.filter(({ paths }) => !paths.includes("/v1/score_steps"));
  it.each(forAnswers.flatMap((endpoint) => endpoint.paths.map((path) => ({ path, endpoint }))))(
    "$path answers its example as it says",
    async ({ path, endpoint }) => {
      const { status, body } = await post(await serve(), path, endpoint.example);
      expect(status).toBe(200);
      expect(endpoint.body.safeParse(endpoint.example).error).toBeUndefined();
      expect(endpoint.answer.safeParse(body).error).toBeUndefined();
    },
  );

  it.each(STATUS_ROUTES.filter(({ schema }) => schema !== undefined))(
    "$path answers as it says",
    async (route) => {
      const response = await fetch((await serve()).url + route.path);
      expect(response.status).toBe(200);
      expect(route.schema?.safeParse(await response.json()).error).toBeUndefined();
    },
  );
});

describe("probes", () => {
  it("are live and ready; not ready once the server is ending", async () => {
    const server = await serve();
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    // A request whose head is half there when the end begins is still answered.
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const answer = new Promise<string>((resolve) => {
      socket.once("data", (data) => {
        resolve(String(data));
      });
    });
    socket.write("GET /health/ready HTTP/1.1\r\nhost: localhost\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = server.close();
    socket.write("\r\n");
    expect(await answer).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*"ending"/i);
    await closed;
  });

  it("need no token; everything else does", async () => {
    const server = await serve(undefined, { token: "secret" });
    const status = async (path: string): Promise<number> => (await fetch(server.url + path)).status;
    for (const path of ["/health", "/health/live", "/health/ready"]) expect(await status(path)).toBe(200);
    for (const path of ["/info", "/version", "/metrics", "/openapi.json", "/v1/models"]) {
      expect(await status(path)).toBe(401);
    }
  });
});

describe("metrics", () => {
  it("count requests, items, tokens and times, of each server for itself", async () => {
    const scorer = Object.assign(new FakeTextScorer("fake"), {
      stats: { requestedTokens: 100, computedTokens: 60, reusedTokens: 30, batches: 3, roomTokens: 240 },
      queue: { calls: 2, waiting: 1, tokens: 17 },
    });
    const server = await serve(scorer);
    await post(server, "/rerank", { query: "q", texts: ["one", "two"] });
    await post(server, "/rerank", { query: "q", texts: ["one", "two", "three"] });
    await post(server, "/rerank", { query: "q" });
    await fetch(`${server.url}/some/${"x".repeat(50)}`);
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split("\n");
    for (const line of [
      'llama_reward_requests_total{route="/rerank",status="200"} 2',
      'llama_reward_requests_total{route="/rerank",status="422"} 1',
      'llama_reward_requests_total{route="other",status="404"} 1',
      'llama_reward_items_total{model="fake"} 5',
      'llama_reward_request_items_sum{route="/rerank"} 5',
      'llama_reward_tokens_total{model="fake"} 100',
      'llama_reward_tokens_computed_total{model="fake"} 60',
      'llama_reward_tokens_shared_total{model="fake"} 40',
      'llama_reward_batches_total{model="fake"} 3',
      'llama_reward_batch_room_tokens_total{model="fake"} 240',
      'llama_reward_batch_fill_ratio{model="fake"} 0.25',
      'llama_reward_model_waiting_tokens{model="fake"} 17',
      'llama_reward_request_seconds_count{route="/rerank"} 3',
      "llama_reward_requests_running 0",
      "llama_reward_requests_waiting 0",
    ]) {
      expect(lines).toContain(line);
    }
    const other = await (await fetch(`${(await serve()).url}/metrics`)).text();
    expect(other).not.toContain('route="/rerank"');
  });
});

it("describes model and limits in the words of Text Embeddings Inference", async () => {
  const server = await serve(undefined, { maxItems: 77 });
  expect(await (await fetch(`${server.url}/info`)).json()).toMatchObject({
    model_id: "fake",
    model_dtype: "f32",
    max_input_length: 2048,
    max_client_batch_size: 77,
    auto_truncate: false,
    models: [{ name: "fake", task: "score" }],
    limits: { maxItems: 77 },
  });
});

it("lists its addresses with command lines that hold no token", async () => {
  const server = await serve(undefined, { token: "secret" });
  const { endpoints } = server;
  expect(endpoints.length).toBeGreaterThan(15);
  for (const { curl, path } of endpoints) {
    expect(curl).toContain(`${server.url}${path}`);
    expect(curl).not.toContain("secret");
  }
  const of = (path: string): string => endpoints.find((endpoint) => endpoint.path === path)?.curl ?? "";
  expect(of("/rerank")).toBe(
    `curl ${server.url}/rerank -H "authorization: Bearer $LLAMA_REWARD_TOKEN" -H "content-type: application/json" ` +
      `-d '{"query":"What is 2 + 2?","texts":["5.","4."]}'`,
  );
  expect(of("/health")).toBe(`curl ${server.url}/health`);
});
