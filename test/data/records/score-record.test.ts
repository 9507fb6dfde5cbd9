import { describe, expect, it } from "vitest";
import { outputRecord } from "../../../lib/data/records/output-record.js";
import { readRecord } from "../../../lib/data/records/read-records.js";
import { scoreRecord } from "../../../lib/data/records/score-record.js";
import { scoreRecords } from "../../../lib/data/records/score-records.js";
import type { RecordEntry } from "../../../lib/data/records/record.js";
import { FakeScorer } from "../../serve/host/fake-scorer.js";

// eslint-disable-next-line @typescript-eslint/require-await -- the stream takes an asynchronous source
async function* alone(entry: RecordEntry): AsyncGenerator<RecordEntry> {
  yield entry;
}

describe("one record", () => {
  it.each([
    { prompt: "q", response: "r" },
    { id: "a", prompt: "q", responses: ["one", "two", "three"] },
    { prompt: "q", chosen: "better", rejected: "worse" },
    { messages: [{ role: "user", content: "q" }] },
    { prompt: "q", response: "[refuse]" },
    { prompt: "q", responses: ["one", "[refuse]"] },
    { prompt: "q", responses: [] },
    { nothing: 1 },
  ])("has the outcome of a stream of it alone: %j", async (value) => {
    const scorer = new FakeScorer("fake");
    const entry = readRecord({ line: 3, value });
    const outcome = outputRecord(await scoreRecord(entry, scorer));
    for await (const expected of scoreRecords(alone(entry), scorer)) {
      expect(outcome).toEqual(outputRecord(expected));
    }
  });

  it("fails with what is not its own fault", async () => {
    const scorer = new FakeScorer("fake");
    const entry = readRecord({ line: 0, value: { prompt: "q", response: "[inner]" } });
    await expect(scoreRecord(entry, scorer)).rejects.toMatchObject({ code: "HOST_FAILED" });
    const stop = AbortSignal.abort(new Error("stop"));
    const other = readRecord({ line: 0, value: { prompt: "q", response: "r" } });
    await expect(scoreRecord(other, scorer, { signal: stop })).rejects.toThrow("stop");
  });
});
