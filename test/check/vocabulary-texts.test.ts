import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compareVocabulary } from "../../lib/check/vocabulary-texts.js";
import { layOutGguf } from "../../lib/formats/gguf/gguf-writer.js";
import { temporaryFolder } from "../support/fixtures.js";

async function compare(tokens: readonly string[], vocab: Record<string, number>): Promise<string[]> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify({ model: { vocab } }));
  const { header } = layOutGguf(
    new Map([["tokenizer.ggml.tokens", { type: "array", of: "string", values: [...tokens] }]]),
    [],
  );
  await writeFile(join(folder, "backbone.gguf"), header);
  return compareVocabulary(join(folder, "backbone.gguf"), folder);
}

it("takes words as they are, and behind a plain space", async () => {
  const vocab = { "<s>": 0, "</s>": 1, "\ufeff": 2, a: 3 };
  expect(await compare(["<s>", "respelled </s>", "\ufeff", "a", "[UNUSED_ID_4]"], vocab)).toEqual([]);
});

it("finds words at each other's ids, even such as no text becomes, and missing ones", async () => {
  const vocab = { "</s>": 0, "<EOT>": 1, a: 2, b: 9 };
  expect(await compare(["respelled <EOT>", "respelled </s>", "a"], vocab)).toEqual([
    'token 0 is "respelled <EOT>", expected "</s>"',
    'token 1 is "respelled </s>", expected "<EOT>"',
    'token 9 is undefined, expected "b"',
  ]);
  expect(await compare(["x</s>", "<EOT>", "a", "", "", "", "", "", "", "b"], vocab)).toEqual([
    'token 0 is "x</s>", expected "</s>"',
  ]);
});
