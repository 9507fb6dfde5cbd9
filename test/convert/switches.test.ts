import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { planBackbone } from "../../lib/model/architecture/backbone-plan.js";
import { writeBackbone } from "../../lib/convert/stream/write-backbone.js";
import { CheckpointError } from "../../lib/errors.js";
import { Checkpoint } from "../../lib/model/checkpoint/checkpoint.js";
import { hiddenStates } from "./hidden-states.js";
import { writeReferenceCheckpoint } from "./reference-model.js";

/** Made by `reference/make-switches.py` with transformers 5.24, in float64. */
interface Switches {
  tokens: number[];
  /** Lists of shapes by tensor name. */
  shapes: Record<string, number[]>[];
  variants: Record<string, Variant>;
}
interface Variant {
  config: Record<string, unknown>;
  /** Index into the lists of shapes. */
  tensors: number | null;
  /** Hidden states at positions 7 and 47; null when transformers refuses the configuration. */
  hidden: Record<string, number[]> | null;
}

const { tokens, shapes, variants } = JSON.parse(
  await readFile(path.join(import.meta.dirname, "reference", "switches.json"), "utf8"),
) as Switches;

const directory = await mkdtemp(path.join(tmpdir(), "llama-reward-switches-"));
afterAll(() => rm(directory, { recursive: true }));

/** What llama.cpp's graphs do not have, by the words of the refusal. */
const REFUSALS =
  /has no rope scaling|attn_logit_softcapping is null|attention_bias|do not alternate|neither|partial_rotary_factor/;

it.each(Object.entries(variants))(
  "of settings and switches those count that count for transformers: %s",
  async (name, { config, tensors, hidden }) => {
    if (hidden === null) return;
    const folder = path.join(directory, name);
    await writeReferenceCheckpoint(folder, { config, tensors: shapes[tensors ?? 0] ?? {} });
    const checkpoint = await Checkpoint.open(folder);
    try {
      const plan = planBackbone(config, checkpoint.tensors);
      // What the plan has no place for would be refused before anything is scored.
      if (plan.leftover.size > 0) return;
      const file = path.join(folder, "backbone.gguf");
      const tokenizer = new Map([["tokenizer.ggml.model", { type: "string", value: "none" } as const]]);
      await writeBackbone({ checkpoint, plan, tokenizer, type: "f32", file });
      // Inputs beyond the context are refused, so only those within it must be right.
      const position = plan.contextLength > 47 ? 47 : 7;
      expect(plan.contextLength).toBeGreaterThan(position);
      const actual = await hiddenStates(file, tokens, [position]);
      const expected = hidden[String(position)] ?? [];
      const errors = expected.map((value, index) => Math.abs(value - (actual[index] ?? NaN)));
      expect(Math.max(...errors)).toBeLessThan(
        String(config["model_type"]).startsWith("gemma") ? 0.02 : 2e-4,
      );
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      expect(error.message).toMatch(REFUSALS);
    } finally {
      await checkpoint.close();
    }
  },
);
