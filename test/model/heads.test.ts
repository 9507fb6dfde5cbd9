/**
 * Reward models in the layouts of their publishers, from the checkpoint's files to the reward, against the published classes
 * (`test/reference/heads/`).
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyTensors } from "../../lib/check/index.js";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel } from "../../lib/index.js";
import { readRewardJson } from "../../lib/model/folder/read-reward-json.js";
import { editTensors, fixture, scratchFolder } from "../convert/checkpoints.js";
import {
  readReference,
  writeReferenceCheckpoint,
  type ReferenceRewards,
} from "../convert/reference-model.js";

const { rewards } = await readReference("heads");
const scratch = await scratchFolder();
const TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];

/** In f32, of a reward from the double-precision one; rewards are near 1. */
const TOLERANCE = 1e-5;
/** With ggml's half-precision table of GELU, as in README.md. */
const TABLE_TOLERANCE = 0.03;

async function writeCheckpoint(checkpoint: string, model: ReferenceRewards): Promise<void> {
  await writeReferenceCheckpoint(checkpoint, model);
  for (const file of TOKENIZER_FILES) {
    // Not every tokenizer has all.
    await cp(path.join(fixture(model.fixture), file), path.join(checkpoint, file)).catch(() => undefined);
  }
  if (model.tokenizer === undefined) return;
  const file = path.join(checkpoint, "tokenizer_config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...config, ...model.tokenizer }));
}

describe.each(Object.entries(rewards))("%s", (name, model) => {
  const checkpoint = path.join(scratch, name, "checkpoint");
  const folder = path.join(scratch, name, "model");

  it("converts from its files and what is published about it, and nothing is lost", async () => {
    await writeCheckpoint(checkpoint, model);
    const { reward } = await convertCheckpoint(checkpoint, folder, { type: "f32", hubId: model.hubId });
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
    const isByTable = !scorer.placement.isPrefilled && String(model.config["model_type"]).startsWith("gemma");
    const expectClose = (actual: number | undefined, wanted: number): void => {
      const bound = (isByTable ? TABLE_TOLERANCE : TOLERANCE) * Math.max(1, Math.abs(wanted));
      expect(Math.abs((actual ?? NaN) - wanted)).toBeLessThan(bound);
    };
    for (const { messages, tokens, reward, attributes } of model.cases) {
      const score = await scorer.score(messages);
      expect(score.tokenCount).toBe(tokens);
      expectClose(score.reward, reward);
      expect(Object.keys(score.attributes ?? {})).toEqual(Object.keys(attributes ?? {}));
      for (const [name, fields] of Object.entries(attributes ?? {})) {
        for (const [field, wanted] of Object.entries(fields)) {
          expectClose(score.attributes?.[name]?.[field as "mean" | "gate"], wanted);
        }
      }
    }
  });
});

describe("LDL-Reward as its class saves it", () => {
  const model = rewards["label-distribution"];
  if (model === undefined) throw new Error("heads.json has no label-distribution");
  const saved = path.join(import.meta.dirname, "..", "fixtures", "trainers", "ldl-reward");

  it("has its two networks in pickles beside a backbone whose tensors have no prefix", async () => {
    const checkpoint = path.join(scratch, "ldl-saved");
    const tensors = Object.keys(model.tensors).filter((name) => name.startsWith("model."));
    await writeCheckpoint(checkpoint, {
      ...model,
      tensors: Object.fromEntries(tensors.map((name) => [name, model.tensors[name] ?? []])),
    });
    await editTensors(checkpoint, (stored) => {
      for (const [name, tensor] of [...stored]) {
        stored.delete(name);
        const plain = name.slice("model.".length);
        stored.set(plain, { ...tensor, name: plain });
      }
    });
    for (const file of ["regression_layer.pt", "gating_layer.pt"]) {
      await cp(path.join(saved, file), path.join(checkpoint, file));
    }
    const folder = path.join(scratch, "ldl-model");
    const { reward } = await convertCheckpoint(checkpoint, folder, { type: "f32" });
    const together = await readRewardJson(path.join(scratch, "label-distribution", "model"));
    expect(reward.head).toEqual(together.head);
    expect(reward.headFile.sha256).toBe(together.headFile.sha256);
    expect(reward.prompt).toEqual(together.prompt);
    expect(await verifyTensors(folder, checkpoint)).toMatchObject({ passed: true, faults: [] });
  });
});
