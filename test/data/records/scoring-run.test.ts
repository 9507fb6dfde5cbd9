import { readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { RecordEntry } from "../../../lib/data/records/record.js";
import { readRecord } from "../../../lib/data/records/read-records.js";
import type { RunDescription } from "../../../lib/data/records/same-run.js";
import { ScoreLog } from "../../../lib/data/records/score-log.js";
import { ScoringRun } from "../../../lib/data/records/scoring-run.js";
import type { ModelDescription } from "../../../lib/score/score.js";
import { parseLines } from "../../cli/cli.js";
import { FakeScorer } from "../../eval/fake-scorer.js";
import { temporaryFolder } from "../../support/fixtures.js";

let out: string;
beforeEach(async () => {
  out = join(await temporaryFolder(), "out.jsonl");
});

type Row = Record<string, unknown>;
const rows = (...ids: readonly (string | number)[]): Row[] =>
  ids.map((id) => ({ id, prompt: "q", response: `answer ${id}` }));

async function* entriesOf(values: readonly unknown[]): AsyncIterable<RecordEntry> {
  for (const [line, value] of values.entries()) yield await Promise.resolve(readRecord({ line, value }));
}

/** Runs to the end. @returns ids that were left to score */
async function run(
  values: readonly unknown[],
  description: Partial<RunDescription> = {},
): Promise<unknown[]> {
  const log = await ScoreLog.open(out, true);
  try {
    const what = { command: "score", scorer: new FakeScorer(), ...description };
    const scoring = await ScoringRun.begin(log, `${out}.run.json`, what);
    const left: unknown[] = [];
    for await (const { id } of scoring.pending(entriesOf(values))) {
      left.push(id);
      await scoring.append({ id, reward: 1 });
    }
    return left;
  } finally {
    await log.close();
  }
}

/** Keeps the first lines, as an interruption does. */
async function keep(lines: number): Promise<string> {
  const text = await readFile(out, "utf8");
  const kept = text.split(/(?<=\n)/).slice(0, lines);
  await truncate(out, Buffer.byteLength(kept.join("")));
  return kept.join("");
}

const model = (more: Partial<ModelDescription>): Partial<RunDescription> => ({
  scorer: new FakeScorer(more),
});
const { settings } = new FakeScorer().description;

describe("a run that is resumed", () => {
  it("skips what is done, and goes on behind it", async () => {
    expect(await run(rows("a", 1, "c"))).toEqual(["a", 1, "c"]);
    await keep(2);
    expect(await run(rows("a", 1, "c", "d"))).toEqual(["c", "d"]);
    expect(await run(rows("a", 1, "c", "d"))).toEqual([]);
    expect(parseLines(await readFile(out, "utf8")).map(({ id }) => id)).toEqual(["a", 1, "c", "d"]);
  });

  it.each([
    [["a", "b"], ["b"], /record 1 has the id "a", the input's "b"/],
    [["1"], [1], /record 1 has the id "1", the input's 1/],
    [["a", "b"], ["a"], /has 2 records, the input only 1/],
  ])("refuses the ids %j to be continued by %j", async (before, after, message) => {
    await run(rows(...before));
    await expect(run(rows(...after))).rejects.toThrow(message);
  });

  it("refuses a record that was rewritten, whichever and wherever in it", async () => {
    const original: Row[] = [
      { prompt: "q", response: "a" },
      { prompt: "q", responses: ["a", "b"] },
      {
        messages: [
          { role: "user", content: "x" },
          { role: "assistant", content: "y" },
        ],
      },
      { bad: 1 },
    ];
    await run(original);
    const text = await keep(4);
    const rewritten: [number, Row][] = [
      [0, { prompt: "q", response: "b" }],
      [0, { prompt: "Q", response: "a" }],
      [1, { prompt: "q", responses: ["b", "a"] }],
      [1, { prompt: "q", chosen: "a", rejected: "b" }],
      [
        2,
        {
          messages: [
            { role: "system", content: "x" },
            { role: "assistant", content: "y" },
          ],
        },
      ],
      [3, { prompt: "q", response: "repaired" }],
    ];
    for (const [index, row] of rewritten) {
      const message = new RegExp(`record ${index + 1} .*was made from another text`);
      await expect(run(original.with(index, row))).rejects.toThrow(message);
      expect(await readFile(out, "utf8")).toBe(text);
    }
    expect(await run(original)).toEqual([]);
  });

  it.each<[string, Partial<RunDescription>, RegExp]>([
    ["another model of the same name", model({ fingerprint: "1".repeat(64) }), /model was "0+", is "1+"/],
    ["another type", model({ type: "q8_0" }), /type was "f32", is "q8_0"/],
    ["another cache", model({ settings: { ...settings, kvType: "f16" } }), /kvType was "f32", is "f16"/],
    [
      "another precision",
      model({ settings: { ...settings, precision: "fast" } }),
      /precision was "exact", is "fast"/,
    ],
    ["another device", model({ settings: { ...settings, device: "CUDA" } }), /device was "CPU", is "CUDA"/],
    ["other prompts", model({ settings: { ...settings, bos: "once" } }), /bos was "reference", is "once"/],
    ["another command", { command: "pairs" }, /command was "score", is "pairs"/],
  ])("refuses %s, also where nothing says what made the results", async (_name, other, message) => {
    await run(rows("a", "b"));
    const text = await keep(1);
    await expect(run(rows("a", "b"), other)).rejects.toThrow(message);
    await rm(`${out}.run.json`);
    await expect(run(rows("a", "b"), other)).rejects.toThrow(
      /was made from another text, by another model or/,
    );
    expect(await readFile(out, "utf8")).toBe(text);
    expect(await run(rows("a", "b"))).toEqual(["b"]);
  });

  it("goes on with the same model under another name, and minds the context only where prompts are cut", async () => {
    await run(rows("a"));
    expect(await run(rows("a", "b"), model({ name: "other", contextLength: 9 }))).toEqual(["b"]);
    await rm(out);
    const cut = (contextLength: number): Partial<RunDescription> =>
      model({ contextLength, settings: { ...settings, truncate: "left" } });
    await run(rows("a"), cut(100));
    await expect(run(rows("a", "b"), cut(200))).rejects.toThrow(/context was 100, is 200/);
  });
});
