import path from "node:path";
import { expect, it } from "vitest";
import { checkFit } from "../../../lib/convert/adopt/check-fit.js";
import { planCheckpoint } from "../../../lib/model/checkpoint/checkpoint-plan.js";
import { convertCheckpoint } from "../../../lib/convert/index.js";
import { readGgufHeader } from "../../../lib/formats/gguf/gguf-reader.js";
import type { GgufValue } from "../../../lib/formats/gguf/gguf-value.js";
import { fixture, scratchFolder } from "../checkpoints.js";

const CHECKPOINT = fixture("ultrarm-tiny");
const scratch = await scratchFolder();

// How llama.cpp v0.5.0's convert_hf_to_gguf.py writes the tokens of Qwen 3, Yi and Gemma 2: ordinary words as they are, and runs of
// spaces that are added tokens with plain spaces.
it("takes a GGUF whose tokens are spelled as llama.cpp's converter does, and no other", async () => {
  const model = path.join(scratch, "model");
  await convertCheckpoint(CHECKPOINT, model, { type: "f32" });
  const header = await readGgufHeader(path.join(model, "backbone-f32.gguf"));
  const { backbone, tokenizer, checkpoint } = await planCheckpoint(CHECKPOINT);
  await checkpoint.close();
  const own = header.metadata.get("tokenizer.ggml.tokens") as string[];
  const spell = (...texts: [string, string, string]): string[] => [...own.slice(0, -3), ...texts];
  const expected = new Map<string, GgufValue>([
    ...tokenizer.metadata,
    [
      "tokenizer.ggml.tokens",
      { type: "array", of: "string", values: spell("respelled </S>", "▁▁", "respelled <EOT>") },
    ],
  ]);
  const fits = (texts: string[]): (() => void) => {
    const metadata = new Map([...header.metadata, ["tokenizer.ggml.tokens", texts] as const]);
    return () => {
      checkFit({ ...header, metadata }, backbone, expected);
    };
  };
  expect(fits(spell("</S>", "  ", "<EOT>"))).not.toThrow();
  expect(fits(spell("respelled </S>", "▁▁", "respelled <EOT>"))).not.toThrow();
  expect(fits(spell("<EOT>", "▁▁", "</S>"))).toThrow(/its token \d+ is "<EOT>", the checkpoint's "<\/S>"/);
  expect(fits(spell("</S>", "   ", "<EOT>"))).toThrow(expect.objectContaining({ code: "HEAD_MISMATCH" }));
});
