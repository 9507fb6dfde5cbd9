import { join } from "node:path";
import { cp, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel, type Conversation, type Score } from "../../lib/index.js";
import { batchNoise } from "../support/batch-noise.js";
import { CHECKPOINTS, readExpected, temporaryFolder } from "../support/fixtures.js";

/** One checkpoint for every kind of head that scores an answer, and for what is special about backbones. */
const NAMES = [
  "grm-llama3.2-tiny",
  "grm-mlp2-tiny",
  "grm-gemma2-tiny",
  "skywork-qwen2-tiny",
  "urm-llama3.1-tiny",
  "armorm-tiny",
  "qrm-llama3.1-tiny",
  "inform-tiny",
  "starling-tiny",
  "steerlm-tiny",
  "ultrarm-tiny",
];

const STEPS = join(CHECKPOINTS, "..", "steps");

async function load(checkpoint: string): Promise<RewardModel> {
  const folder = await temporaryFolder();
  await convertCheckpoint(checkpoint, join(folder, "model"), { type: "f32" });
  return RewardModel.load(join(folder, "model"), {
    device: "cpu",
    threads: 1,
    kvType: "f32",
    contextLength: 2048,
  });
}

/** Every number of a score, with its name. */
function numbersOf({ reward, std, attributes, quantiles, steps }: Score): Record<string, number> {
  const named: [string, number | undefined][] = [
    ["reward", reward],
    ["std", std],
  ];
  for (const [name, values] of Object.entries(attributes ?? {}))
    for (const [field, value] of Object.entries(values)) named.push([`${name} ${field}`, value as number]);
  for (const [level, value] of quantiles ?? []) named.push([`quantile ${level}`, value]);
  steps?.forEach((step, index) => named.push([`step ${index}`, step.reward]));
  return Object.fromEntries(named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function expectSame(actual: Score | undefined, expected: Score, noise: number): void {
  const numbers = numbersOf(expected);
  const own = actual && numbersOf(actual);
  expect(Object.keys(own ?? {})).toEqual(Object.keys(numbers));
  expect(actual?.tokenCount).toBe(expected.tokenCount);
  for (const [name, value] of Object.entries(numbers)) {
    const scale = Math.max(1, Math.abs(value));
    expect(Math.abs((own?.[name] ?? NaN) - value) / scale, name).toBeLessThanOrEqual(noise);
  }
}

async function collect(stream: AsyncIterable<Score>): Promise<Score[]> {
  const scores: Score[] = [];
  for await (const score of stream) scores.push(score);
  return scores;
}

describe("many callers of one model get the scores that each gets alone", () => {
  it.each(NAMES)("%s", async (name) => {
    const noise = batchNoise(name);
    await using model = await load(join(CHECKPOINTS, name));
    const { cases } = await readExpected(name);
    const conversations = cases.flatMap(({ messages, expected_error }) =>
      expected_error === undefined ? [messages as Conversation] : [],
    );
    const alone: Score[] = [];
    for (const conversation of conversations) alone.push(await model.score(conversation));
    const { batches } = model.stats;
    const answers = ["Yes.", "No, never.", "It depends on what you ask for."];
    const ranked = await model.rank("Is that so?", answers);
    const gaveUp = new AbortController();
    const [stream, ranking, aborted, ...single] = await Promise.all([
      collect(model.scoreMany([...conversations].reverse(), { caller: "stream" })),
      model.rank("Is that so?", answers),
      collect(model.scoreMany(conversations, { signal: gaveUp.signal })).catch((error: unknown) => error),
      ...conversations.map((conversation, index) =>
        model.score(conversation, { caller: index % 3 === 0 ? "some" : undefined }).then((score) => {
          if (index === 2) gaveUp.abort("enough");
          return score;
        }),
      ),
    ]);
    expect(aborted).toSatisfy((value) => value === "enough" || Array.isArray(value));
    alone.forEach((score, index) => {
      expectSame(single[index], score, noise);
      expectSame(stream[conversations.length - 1 - index], score, noise);
    });
    for (const score of ranked)
      expectSame(
        ranking.find(({ index }) => index === score.index),
        score,
        noise,
      );
    // They did share batches: single calls, the streams, and the ranking. llama.cpp's kernels get a conversation in more parts.
    const most = 2 * (model.placement.isPrefilled ? conversations.length : batches);
    expect(model.stats.batches - batches).toBeLessThan(most);
    expect(model.queue).toEqual({ calls: 0, waiting: 0, tokens: 0 });
  });

  it("a pair-preference model", async () => {
    await using model = await load(join(CHECKPOINTS, "pairpref-tiny"));
    const pairs = Array.from({ length: 12 }, (_, index) => [
      `Answer ${index}.`,
      `Another one, ${index}, is better.`,
    ]);
    const compare = ([a = "", b = ""]: readonly string[]): Promise<{ probability: number }> =>
      model.compare("Which?", a, b);
    const alone: number[] = [];
    for (const pair of pairs) alone.push((await compare(pair)).probability);
    const together = await Promise.all(pairs.map(compare));
    together.forEach(({ probability }, index) => {
      expect(Math.abs(probability - (alone[index] ?? NaN))).toBeLessThanOrEqual(batchNoise());
    });
  });

  it.each(["trl-prm", "rlhflow-prm"])("a process reward model, %s", async (name) => {
    const folder = await temporaryFolder();
    await cp(join(STEPS, name), folder, { recursive: true });
    const hubId = name === "rlhflow-prm" ? "RLHFlow/Llama3.1-8B-PRM-Deepseek-Data" : undefined;
    await convertCheckpoint(folder, join(folder, "model"), { type: "f32", hubId });
    const options = { device: "cpu", threads: 1, kvType: "f32" } as const;
    const cases = JSON.parse(await readFile(join(STEPS, name, "expected.json"), "utf8")) as {
      prompt: string;
      steps: string[];
    }[];
    const alone: Score[] = [];
    {
      await using model = await RewardModel.load(join(folder, "model"), options);
      for (const { prompt, steps } of cases) alone.push(await model.scoreSteps(prompt, steps));
    }
    // Loaded anew: nothing is remembered.
    await using model = await RewardModel.load(join(folder, "model"), options);
    const together = await Promise.all(cases.map(({ prompt, steps }) => model.scoreSteps(prompt, steps)));
    alone.forEach((score, index) => {
      expectSame(together[index], score, batchNoise());
    });
  });
});
