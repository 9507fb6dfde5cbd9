import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededDraw } from "../../lib/eval/stats/random.js";
import { RewardModel, type LoadOptions, type Message, type Score } from "../../lib/index.js";
import { batchNoise } from "../support/batch-noise.js";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";

/** A cache for a few of the conversations: texts go where others were, their beginnings kept, in no order of cells. */
const LOAD: LoadOptions = { device: "cpu", threads: 1, contextLength: 1024 };

/** Prompts from short to long, each with answers from short to long, in one order or another. */
function conversations(seed: number): Message[][] {
  const draw = seededDraw(seed);
  const all = Array.from({ length: 60 }, (_, index) => {
    const prompt = `Question ${index % 7}? ${"Think of it again. ".repeat((index % 7) ** 2)}`;
    const answer = `Answer ${index}. ${"It is so. ".repeat((index * 5) % 23)}`;
    return [
      { role: "user", content: prompt },
      { role: "assistant", content: answer },
    ];
  });
  for (let index = all.length - 1; index > 0; index--) {
    const other = draw(index + 1);
    [all[index], all[other]] = [all[other] ?? [], all[index] ?? []];
  }
  return all;
}

const nameOf = (messages: readonly Message[]): string => JSON.stringify(messages);

describe.skipIf(batchNoise() > 0)("rewards are the same to the bit", () => {
  describe.each(["grm-llama3.2-tiny", "urm-llama3.1-tiny", "grm-gemma2-tiny"])("%s", (name) => {
    let folder: ModelFolder;
    const alone = new Map<string, Score>();

    beforeAll(async () => {
      folder = await convertFixture(name, { type: "f16" });
      for (const messages of conversations(0)) {
        // Nothing is remembered from one to the next.
        await using model = await RewardModel.load(folder.directory, LOAD);
        alone.set(nameOf(messages), await model.score(messages));
      }
    });
    afterAll(() => folder.remove());

    it.each([1, 2, 3])("in a stream through a small cache, in order %i", async (seed) => {
      await using model = await RewardModel.load(folder.directory, LOAD);
      const order = conversations(seed);
      let index = 0;
      for await (const { reward, std, attributes } of model.scoreMany([...order, ...order])) {
        const messages = order[index++ % order.length] ?? [];
        const expected = alone.get(nameOf(messages));
        expect({ reward, std, attributes }).toEqual({
          reward: expected?.reward,
          std: expected?.std,
          attributes: expected?.attributes,
        });
      }
      expect(index).toBe(2 * order.length);
    });

    it("one by one, each going on from what others left", async () => {
      await using model = await RewardModel.load(folder.directory, LOAD);
      for (const messages of conversations(4)) {
        const { reward } = await model.score(messages);
        expect(reward).toBe(alone.get(nameOf(messages))?.reward);
      }
    });
  });
});
