/**
 * Folders that the trainers' own saving code wrote (`test/reference/trainers/make_trainers.py`), against the rewards of their own classes.
 */
import { cp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyTensors } from "../../lib/check/index.js";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { RewardModel, type Message } from "../../lib/index.js";
import { scratchFolder } from "../convert/checkpoints.js";

const FIXTURES = path.join(import.meta.dirname, "..", "fixtures", "trainers");
const scratch = await scratchFolder();

/** In f32, of a reward from the double-precision one. */
const TOLERANCE = 1e-5;

interface Case {
  messages: Message[];
  tokens: number;
  reward: number;
}

describe.each([
  ["openrlhf", "open-rlhf"],
  ["llamafactory", "value-head"],
  ["llamafactory-lora", "value-head"],
  ["llamafactory-lora-pickled", "value-head"],
  ["trl-reward", "linear-score"],
])("%s", (name, kind) => {
  it("converts as it is, and gives the rewards of its own class", async () => {
    const checkpoint = path.join(FIXTURES, name);
    const base = name.includes("-lora") ? await headless("base") : undefined;
    const folder = path.join(scratch, name);
    const { reward: made } = await convertCheckpoint(checkpoint, folder, { type: "f32", base });
    expect(made.head.kind).toBe(kind);
    expect(await verifyTensors(folder, checkpoint, { base })).toMatchObject({ passed: true, faults: [] });
    const cases = JSON.parse(await readFile(path.join(checkpoint, "expected.json"), "utf8")) as Case[];
    await using model = await RewardModel.load(folder, { device: "cpu", threads: 1, kvType: "f32" });
    for (const { messages, tokens, reward } of cases) {
      const score = await model.score(messages);
      expect(score.tokenCount).toBe(tokens);
      expect(Math.abs(score.reward - reward)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(reward)));
    }
  });
});

it("LLaMA-Factory's folder without its head is refused, and never scored as a backbone", async () => {
  await expect(convertCheckpoint(await headless("alone"), path.join(scratch, "none"))).rejects.toMatchObject({
    code: "HEAD_INVALID",
  });
});

/** LLaMA-Factory's full folder as the language model that it is without its head. */
async function headless(name: string): Promise<string> {
  const checkpoint = path.join(scratch, name);
  await cp(path.join(FIXTURES, "llamafactory"), checkpoint, { recursive: true });
  await rm(path.join(checkpoint, "value_head.safetensors"));
  return checkpoint;
}
