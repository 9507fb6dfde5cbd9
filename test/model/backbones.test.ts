import { cp } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { convertCheckpoint, quantizeModelFolder } from "../../lib/convert/index.js";
import { verifyTensors } from "../../lib/check/index.js";
import { RewardModel, type LoadOptions } from "../../lib/index.js";
import { fixture, scratchFolder } from "../convert/checkpoints.js";
import { readReference, writeReferenceCheckpoint } from "../convert/reference-model.js";

const { rewards } = await readReference("backbones");
const scratch = await scratchFolder();
const TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];

/** In f32, of a reward from the double-precision one (the rewards are near 1): where GELU is ggml's, it comes from a half-precision table. */
const TOLERANCE = { other: 1e-5, gelu: 1e-3 };
const HAS_GELU = new Set(["gemma3", "gptneox"]);
/** The file's own rounding on top; with experts it may choose another one. */
const QUANTIZED_TOLERANCE = { q8_0: 0.05, q4_k_m: 0.4 };
const HAS_EXPERTS = new Set(["qwen3moe", "mixtral"]);

describe.each(Object.entries(rewards))("a reward model on %s", (name, model) => {
  const checkpoint = path.join(scratch, name, "checkpoint");
  const folder = path.join(scratch, name, "model");
  const load: LoadOptions = { device: "cpu", threads: 2, kvType: "f32" };

  it("converts from its files alone, and nothing is lost", async () => {
    await writeReferenceCheckpoint(checkpoint, model);
    for (const file of TOKENIZER_FILES) {
      await cp(path.join(fixture(model.fixture), file), path.join(checkpoint, file));
    }
    await convertCheckpoint(checkpoint, folder, { type: "f32" });
    await quantizeModelFolder(folder, ["q8_0", "q4_k_m"]);
    expect(await verifyTensors(folder, checkpoint)).toMatchObject({ passed: true, faults: [] });
  });

  it.each(["auto", "off"] as const)("gives the reference's rewards, prefill %s", async (prefill) => {
    await using scorer = await RewardModel.load(folder, { ...load, prefill });
    for (const { messages, tokens, reward } of model.cases) {
      const score = await scorer.score(messages);
      expect(score.tokenCount).toBe(tokens);
      const isRough = HAS_GELU.has(name) && !scorer.placement.isPrefilled;
      expect(Math.abs(score.reward - reward)).toBeLessThan(isRough ? TOLERANCE.gelu : TOLERANCE.other);
    }
  });

  it.each([
    ["q8_0", "auto"],
    ["q8_0", "off"],
    ["q4_k_m", "auto"],
    ["q4_k_m", "off"],
  ] as const)("is near them in %s, prefill %s", async (type, prefill) => {
    await using scorer = await RewardModel.load(folder, { ...load, type, prefill });
    for (const { messages, reward } of model.cases) {
      const score = await scorer.score(messages);
      expect(Math.abs(score.reward - reward)).toBeLessThan(
        QUANTIZED_TOLERANCE[HAS_EXPERTS.has(name) ? "q4_k_m" : type],
      );
    }
  });
});
