import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withVocabulary } from "../../../lib/score/backbone/vocabulary.js";
import { parseRecords } from "../../../lib/formats/json/parse-records.js";
import { RewardError } from "../../../lib/errors.js";
import { readRewardJson } from "../../../lib/model/folder/read-reward-json.js";
import { loadAddon } from "../../../lib/score/native/binding.js";
import { readRecord } from "../../../lib/data/records/read-records.js";
import { DEFAULT_DATE } from "../../../lib/model/checkpoint/make-prompt-spec.js";
import { PromptBuilder, type PreparedPrompt } from "../../../lib/score/template/prompt-builder.js";
import { convertFixture } from "../../support/fixtures.js";

/** Made by `test/reference/chat-tools.py` with transformers 5.24; `CHAT_TOOLS` names a larger file of the same kind. */
interface Reference {
  templates: Record<string, { fixture: string; template: string }>;
  cases: { template: string; record: string; text?: string; ids?: string; error?: string }[];
}

const file = process.env["CHAT_TOOLS"] ?? new URL("chat-tools.json", import.meta.url);
const { templates, cases } = JSON.parse(await readFile(file, "utf8")) as Reference;

async function prepare(name: string): Promise<(PreparedPrompt | RewardError)[]> {
  const { fixture, template } = templates[name] ?? { fixture: "", template: "" };
  const model = await convertFixture(fixture, { type: "f32" });
  try {
    const { prompt, backbone } = await readRewardJson(model.directory);
    const gguf = join(model.directory, backbone.files.f32?.file ?? "");
    const spec = { ...prompt, template, date: DEFAULT_DATE, addSpecialTokens: false };
    const records = cases.filter((each) => each.template === name);
    return await withVocabulary(loadAddon(), gguf, async (vocabulary) => {
      const builder = await PromptBuilder.create(spec, vocabulary, {
        bos: "reference",
        specialTokens: "parse",
        truncate: "error",
        contextLength: 100_000,
      });
      return builder.build(
        records.map(({ record }) => {
          const { record: read, error } = readRecord({ line: 0, value: parseRecords(record) });
          if (error !== undefined) throw error;
          return read.conversations[0] ?? [];
        }),
      );
    });
  } finally {
    await model.remove();
  }
}

it.each(Object.keys(templates))("renders tools with %s as transformers does", async (name) => {
  const prompts = await prepare(name);
  const expected = cases.filter((each) => each.template === name);
  expect(prompts).toHaveLength(expected.length);
  for (const [index, { record, text, ids }] of expected.entries()) {
    const prompt = prompts[index];
    if (text === undefined) expect(prompt, record).toMatchObject({ code: "TEMPLATE_REJECTED" });
    else if (prompt === undefined || prompt instanceof RewardError)
      throw new Error(`${record}: ${prompt?.message}`);
    else {
      expect(prompt.text, record).toBe(text);
      expect(prompt.tokens.join(" "), record).toBe(ids);
    }
  }
});
