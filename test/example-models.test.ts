import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DEMO_PROMPTS } from "../lib/cli/actions/demo-prompts.js";
import { RewardModel } from "../lib/index.js";
import { listDevices } from "../lib/score/native/devices.js";
import type { Message } from "../lib/score/conversation/conversation.js";

const ROOT = join(import.meta.dirname, "..");

/** `scripts/train/goldens.py` makes it: transformers in float32 on the values that the quantized files hold. */
interface Goldens {
  cases: { messages: Message[]; ids: number[]; grm: number; urm: { reward: number; std: number } }[];
}
const goldens = JSON.parse(await readFile(join(ROOT, "test/fixtures/examples/smol.json"), "utf8")) as Goldens;

/** Largest error: 8e-6 where prompts are computed in float32, 0.11 where llama.cpp's kernels round activations to 8 bits. */
const TOLERANCE = { auto: 1e-4, off: 0.25 } as const;
const PREFILL = listDevices().prefill === "" ? (["off"] as const) : (["auto", "off"] as const);

it.each(PREFILL.flatMap((prefill) => [["smol-grm", prefill] as const, ["smol-urm", prefill] as const]))(
  "%s gives the ids and rewards of transformers, prefill %s",
  async (name, prefill) => {
    await using model = await open(name, prefill);
    const wanted = goldens.cases.map(({ messages }) => messages);
    let index = 0;
    for await (const score of model.scoreMany(wanted, { emit: ["ids"] })) {
      const golden = goldens.cases[index++];
      expect(score.inputIds).toEqual(golden?.ids);
      const { reward, std } =
        name === "smol-grm" ? { reward: golden?.grm, std: undefined } : { ...golden?.urm };
      const tolerance = TOLERANCE[prefill];
      expect(Math.abs(score.reward - (reward ?? NaN)), JSON.stringify(golden?.messages)).toBeLessThan(
        tolerance,
      );
      if (std !== undefined) expect(Math.abs((score.std ?? NaN) - std)).toBeLessThan(tolerance);
    }
    expect(index).toBe(goldens.cases.length);
  },
  120_000,
);

it.each(["smol-grm", "smol-urm"])(
  "%s ranks the best answer of every prompt that `npm start` shows first",
  async (name) => {
    await using model = await open(name, "auto");
    for (const { prompt, responses } of DEMO_PROMPTS) {
      const [best] = await model.rank(prompt, responses);
      expect(best?.index, prompt).toBe(0);
    }
  },
  60_000,
);

function open(name: string, prefill: "auto" | "off"): Promise<RewardModel> {
  return RewardModel.load(join(ROOT, "examples/models", name), {
    device: "cpu",
    prefill,
    kvType: "f32",
    threads: 2,
  });
}
