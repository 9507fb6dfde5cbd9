import { describe, expect, it } from "vitest";
import { runAsCsv, runAsJsonl } from "../../../../examples/electron/renderer/file/export-run.js";
import {
  canResume,
  isDone,
  newRun,
  nextFailed,
  rewardOf,
  runFile,
} from "../../../../examples/electron/renderer/file/file-run.js";
import { parseRecords } from "../../../../examples/electron/renderer/records/records.js";
import { FakeScorer, fakeReward } from "../../../serve/host/fake-scorer.js";

const LINES = [
  '{"id":"p","prompt":"q","chosen":"good","rejected":"bad"}',
  "{bad",
  '{"prompt":"q","responses":["a","=b","c"]}',
  '{"id":"x","prompt":[{"role":"system","content":"s"},{"role":"user","content":"q"}],"response":"[refuse]"}',
  '{"id":"y","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"last"}]}',
];
const never = new AbortController().signal;

/** A scorer that gives up after some conversations. */
function failingAfter(count: number): FakeScorer {
  const scorer = new FakeScorer("fake", { isGated: true });
  const settled = scorer.scoreManySettled.bind(scorer);
  scorer.scoreManySettled = async function* (conversations, options) {
    let done = 0;
    for await (const outcome of settled(conversations, options)) {
      yield outcome;
      if (++done === count) throw new Error("cancelled");
    }
  };
  return scorer;
}

describe("a run over a file", () => {
  const records = parseRecords(LINES.join("\n"));

  it.each([1, 2, 3, 4, 5, 6])("goes on where it stopped, after %i conversations", async (count) => {
    const whole = newRun(records, new FakeScorer("fake").description);
    await runFile(new FakeScorer("fake", { isGated: true }), whole, never);
    const run = newRun(records, new FakeScorer("fake").description);
    await expect(runFile(failingAfter(count), run, never)).rejects.toThrow("cancelled");
    expect(isDone(run)).toBe(false);
    expect(run.doneConversations).toBe(count);
    const second = new FakeScorer("fake", { isGated: true });
    await runFile(second, run, never);
    expect(isDone(run)).toBe(true);
    expect(second.received).toHaveLength(7 - count);
    expect(runAsJsonl(run)).toBe(runAsJsonl(whole));
  });

  it("goes on with the same model only, loaded the same way", () => {
    const { description } = new FakeScorer("fake");
    const run = newRun(records, description);
    expect(canResume(run, { ...description, name: "renamed" })).toBe(true);
    expect(canResume(run, { ...description, fingerprint: "1".repeat(64) })).toBe(false);
    expect(canResume(run, { ...description, settings: { ...description.settings, truncate: "left" } })).toBe(
      false,
    );
  });

  it("finds the failed ones, round and round", async () => {
    const run = newRun(records, new FakeScorer("fake").description);
    await runFile(new FakeScorer("fake"), run, never);
    expect([-1, 0, 1, 2, 3, 4].map((from) => nextFailed(run.rows, from))).toEqual([1, 1, 3, 3, 1, 1]);
    expect(nextFailed(run.rows.slice(2, 3), 0)).toBe(-1);
  });

  it("is a table with a line for every answer: texts, attributes, chosen and rejected", async () => {
    const run = newRun(records, new FakeScorer("fake").description);
    await runFile(new FakeScorer("fake", { isGated: true }), run, never);
    const lines = runAsCsv(run).trim().split("\r\n");
    const header = (lines[0] ?? "").split(",");
    expect(header).toEqual([
      ...["id", "kind", "answer", "reward", "std", "margin", "tokens"],
      ...["helpfulness", "correctness", "coherence", "complexity", "verbosity"],
      ...["prompt", "text", "warnings", "error"],
    ]);
    const field = (line: number, name: string): string =>
      (lines[line] ?? "").split(",")[header.indexOf(name)] ?? "";
    expect([1, 2, 3, 4, 5, 6, 8].map((line) => [field(line, "id"), field(line, "answer")])).toEqual([
      ["p", "chosen"],
      ["p", "rejected"],
      ["1", ""],
      ["2", "0"],
      ["2", "1"],
      ["2", "2"],
      ["y", "response"],
    ]);
    expect(Number(field(1, "reward"))).toBe(fakeReward("q good"));
    expect(Number(field(2, "margin"))).toBe(
      rewardOf(run.rows[0] ?? ({ record: { kind: "unreadable" } } as never)),
    );
    expect(Number(field(8, "helpfulness"))).toBe(fakeReward("helpfulness q last") / 4);
    expect([field(8, "prompt"), field(8, "text"), field(5, "text")]).toEqual(["q", "last", "'=b"]);
    expect(lines[3]).toMatch(/Line 2: /);
    expect(lines[7]).toMatch(/""role"":""system"".*CONVERSATION_TOO_LONG: Too long by 3 tokens\.$/);
    expect(lines).toHaveLength(9);
  });
});
