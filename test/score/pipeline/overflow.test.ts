import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertCheckpoint } from "../../../lib/convert/index.js";
import { RewardModel } from "../../../lib/model/reward-model.js";
import type { SettledScore } from "../../../lib/score/score.js";
import { editSafetensors } from "../../support/edit-safetensors.js";
import { CHECKPOINTS, makeFolder, readExpected, type ExpectedCase } from "../../support/fixtures.js";

/** The character whose embedding is made nearly infinite; no text of the reference has it. */
const CHARACTER = "জ";
/** llama.cpp's GELU is a table in float16; see `test/model/reward-model.test.ts`. */
const TOLERANCE = 2e-2;

/** Gemma multiplies embeddings by the root of the width: this one overflows, as activations of large models may. */
async function overflowingCheckpoint(directory: string): Promise<void> {
  await cp(join(CHECKPOINTS, "grm-gemma2-tiny"), directory, { recursive: true });
  const tokenizer = JSON.parse(await readFile(join(directory, "tokenizer.json"), "utf8")) as {
    model: { vocab: Record<string, number> };
  };
  const id = tokenizer.model.vocab[CHARACTER] ?? -1;
  await editSafetensors(join(directory, "model.safetensors"), (tensors) => {
    const { shape = [], data } = tensors["model.embed_tokens.weight"] ?? {};
    const width = shape[1] ?? 0;
    for (let i = 0; i < width; i++) data?.writeUInt16LE(0x7f7f, (id * width + i) * 2);
  });
}

describe.each(["f32", "f16"] as const)("after a hidden state of NaN, with an %s cache", (kvType) => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let model: RewardModel;
  let cases: ExpectedCase[];
  const bad = [{ role: "user", content: `A ${CHARACTER} B` }];

  beforeAll(async () => {
    folder = await makeFolder();
    await overflowingCheckpoint(join(folder.directory, "checkpoint"));
    await convertCheckpoint(join(folder.directory, "checkpoint"), join(folder.directory, "model"), {
      type: "f32",
    });
    model = await RewardModel.load(join(folder.directory, "model"), {
      device: "cpu",
      contextLength: 2048,
      kvType,
    });
    const expected = await readExpected("grm-gemma2-tiny");
    cases = expected.cases
      .filter(({ expected_error: error, rendered }) => error === undefined && !rendered.includes(CHARACTER))
      .slice(0, 6);
  }, 60_000);
  afterAll(async () => {
    await model.dispose();
    await folder.remove();
  });

  const expectReference = ({ score }: SettledScore, { id, score: reference }: ExpectedCase): void => {
    expect(score, id).toBeDefined();
    expect(Math.abs((score?.reward ?? NaN) - reference), id).toBeLessThan(TOLERANCE);
  };

  it("other conversations keep their rewards, before and after", async () => {
    for (const turn of [1, 2]) {
      for (const each of cases) expectReference({ score: await model.score(each.messages) }, each);
      await expect(model.score(bad), `turn ${turn}`).rejects.toMatchObject({ code: "SCORE_INVALID" });
    }
  });

  it("neighbours in one batch keep theirs, on both sides", async () => {
    const conversations = cases.flatMap(({ messages }) => [bad, messages, bad]);
    const settled: SettledScore[] = [];
    for await (const each of model.scoreManySettled(conversations)) settled.push(each);
    settled.forEach((each, index) => {
      const good = index % 3 === 1 ? cases[(index - 1) / 3] : undefined;
      if (good === undefined) expect(each.error).toMatchObject({ code: "SCORE_INVALID" });
      else expectReference(each, good);
    });
  });

  it("a conversation that goes on after the overflow is not scored from the cache", async () => {
    const prefix = [...bad, { role: "assistant", content: "yes" }];
    for (let turn = 0; turn < 3; turn++) {
      await expect(model.score(prefix)).rejects.toMatchObject({ code: "SCORE_INVALID" });
    }
  });

  it("scoreTexts gives the error in place", async () => {
    const [first] = cases;
    const texts = [first?.rendered ?? "", CHARACTER, first?.rendered ?? ""];
    const settled = await model.scoreTexts(texts, { addSpecialTokens: true });
    expect(settled[1]).toMatchObject({ error: { code: "SCORE_INVALID" } });
    for (const index of [0, 2]) if (first && settled[index]) expectReference(settled[index], first);
  });
});
