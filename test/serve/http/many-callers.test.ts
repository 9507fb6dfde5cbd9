import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RewardModel } from "../../../lib/index.js";
import { RewardServer } from "../../../lib/serve/http/index.js";
import { nextTurn } from "../../../lib/util/event-loop.js";
import { batchNoise } from "../../support/batch-noise.js";

const MODEL = join(import.meta.dirname, "..", "..", "fixtures", "models", "tiny-grm");
const record = (index: number): { prompt: string; response: string } => ({
  prompt: `What is ${index} and ${index}?`,
  response: `It is ${2 * index}.`,
});

describe("a model behind HTTP", () => {
  let model: RewardModel;
  let server: RewardServer;
  beforeAll(async () => {
    model = await RewardModel.load(MODEL, { device: "cpu", threads: 1 });
    server = await RewardServer.start(model);
  });
  afterAll(async () => {
    await server.close(0);
    await model.dispose();
  });

  const post = async (body: unknown, signal?: AbortSignal): Promise<unknown> => {
    const request = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    };
    return (await fetch(`${server.url}/score`, request)).json();
  };
  const untilBusy = async (): Promise<void> => {
    while (model.queue.calls === 0) await nextTurn();
  };

  it("answers small requests while one of 3,000 records is at work", async () => {
    const order: string[] = [];
    const large = post(Array.from({ length: 3000 }, (_, index) => record(index))).then((answers) => {
      order.push("large");
      return answers;
    });
    await untilBusy();
    for (let index = 0; index < 5; index++) {
      expect(await post(record(index))).toMatchObject({ reward: expect.any(Number) as number });
      order.push("small");
    }
    expect(await large).toHaveLength(3000);
    expect(order).toEqual(["small", "small", "small", "small", "small", "large"]);
  });

  it("scores 64 requests at once, with the rewards that each has alone", async () => {
    const alone = await model.score([
      { role: "user", content: record(7).prompt },
      { role: "assistant", content: record(7).response },
    ]);
    const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => post(record(index))));
    for (const answer of answers) expect(answer).toMatchObject({ reward: expect.any(Number) as number });
    const { reward } = answers[7] as { reward: number };
    expect(Math.abs(reward - alone.reward)).toBeLessThanOrEqual(batchNoise());
  });

  it("a client that goes away takes its own records out of the queue, and nobody else's", async () => {
    const gone = new AbortController();
    const large = post(
      Array.from({ length: 3000 }, (_, index) => record(5000 + index)),
      gone.signal,
    );
    await untilBusy();
    const others = [1, 2, 3].map((index) => post(record(index)));
    gone.abort();
    await expect(large).rejects.toThrow();
    for (const other of others) expect(await other).toMatchObject({ reward: expect.any(Number) as number });
    while (model.queue.calls > 0) await nextTurn();
    expect(model.queue).toEqual({ calls: 0, waiting: 0, tokens: 0 });
  });
});
