import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RewardModel, type Message } from "../../lib/index.js";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";

/** A value head at every position, in float64: made by test/reference/dpo/make_fixtures.py. */
const EXPECTED = join(import.meta.dirname, "..", "fixtures", "dpo", "value-head.json");
const EXACT = { device: "cpu", threads: 1, kvType: "f32" } as const;

interface Case {
  messages: Message[];
  score: number;
  rewards: number[];
}

let folder: ModelFolder;
let cases: Case[];

beforeAll(async () => {
  folder = await convertFixture("grm-linear-tiny", { type: "f32" });
  cases = JSON.parse(await readFile(EXPECTED, "utf8")) as Case[];
});
afterAll(() => folder.remove());

it("a value head rewards every token of an answer", async () => {
  await using model = await RewardModel.load(folder.directory, EXACT);
  for (const { messages, score: expected, rewards } of cases) {
    const score = await model.score(messages, { emit: ["tokens", "ids"] });
    expect(Math.abs(score.reward - expected)).toBeLessThan(5e-4);
    const tokens = score.tokenRewards ?? [];
    // The answer is the end of the input, and not all of it.
    expect(tokens.length).toBeGreaterThan(0);
    expect(tokens.length).toBeLessThan(rewards.length);
    expect(tokens.at(-1)?.position).toBe(rewards.length - 1);
    expect(tokens.map(({ token }) => token)).toEqual(score.inputIds?.slice(-tokens.length));
    for (const { position, reward } of tokens)
      expect(Math.abs(reward - (rewards[position] ?? NaN))).toBeLessThan(5e-4);
  }
});

it("streams give them, too, with what cannot be scored in place", async () => {
  await using model = await RewardModel.load(folder.directory, EXACT);
  const [first] = cases;
  const conversations = [first?.messages ?? [], [{ role: "user", content: "?" }]];
  const settled = [];
  for await (const each of model.scoreManySettled(conversations, { emit: ["tokens"] })) settled.push(each);
  expect(settled[0]?.score?.tokenRewards?.at(-1)?.reward).toBeCloseTo(first?.score ?? NaN, 3);
  expect(settled[1]?.error?.code).toBe("CONVERSATION_UNSCORABLE");
  const [plain] = [await model.score([{ role: "user", content: "?" }])];
  expect(plain).not.toHaveProperty("tokenRewards");
});

it("a head that looks at one place, or at the prompt, refuses", async () => {
  const urm = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
  try {
    await using model = await RewardModel.load(urm.directory, EXACT);
    await expect(model.score(cases[0]?.messages ?? [], { emit: ["tokens"] })).rejects.toThrow(
      "gated-attributes head, which has no reward for each token",
    );
  } finally {
    await urm.remove();
  }
});
