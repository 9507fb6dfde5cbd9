/**
 * Reward models in the layouts of their publishers, from the checkpoint's files to the reward, against the published classes
 * (`test/reference/heads/`).
 */
import { cp } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyTensors } from "../../lib/check/index.js";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel } from "../../lib/index.js";
import { fixture, scratchFolder } from "../convert/checkpoints.js";
import { readReference, writeReferenceCheckpoint } from "../convert/reference-model.js";

const { rewards } = await readReference("heads");
const scratch = await scratchFolder();
const TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];

/** In f32, of a reward from the double-precision one; rewards are near 1. */
const TOLERANCE = 1e-5;

describe.each(Object.entries(rewards))("%s", (name, model) => {
  const checkpoint = path.join(scratch, name, "checkpoint");
  const folder = path.join(scratch, name, "model");

  it("converts from its files alone, and nothing is lost", async () => {
    await writeReferenceCheckpoint(checkpoint, model);
    for (const file of TOKENIZER_FILES) {
      await cp(path.join(fixture(model.fixture), file), path.join(checkpoint, file));
    }
    const { reward } = await convertCheckpoint(checkpoint, folder, { type: "f32" });
    expect(reward.head.kind).toBe(name.split(",")[0]);
    expect(await verifyTensors(folder, checkpoint)).toMatchObject({ passed: true, faults: [] });
  });

  it.each(["auto", "off"] as const)("gives the published class's rewards, prefill %s", async (prefill) => {
    await using scorer = await RewardModel.load(folder, {
      device: "cpu",
      threads: 2,
      kvType: "f32",
      prefill,
    });
    for (const { messages, tokens, reward } of model.cases) {
      const score = await scorer.score(messages);
      expect(score.tokenCount).toBe(tokens);
      expect(Math.abs(score.reward - reward)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(reward)));
    }
  });
});
