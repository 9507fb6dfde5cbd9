import { describe, expect, it } from "vitest";
import { detectLayout, parseItem, type PreferenceItem } from "../../../lib/data/dataset/index.js";

const user = (content: string): { role: string; content: string } => ({ role: "user", content });
const assistant = (content: string): { role: string; content: string } => ({ role: "assistant", content });

function item(row: unknown, line = 7): PreferenceItem | undefined {
  return parseItem(detectLayout(row), row, line);
}

const PAIR = { chosen: [[user("q"), assistant("good")]], rejected: [[user("q"), assistant("bad")]] };

describe("detectLayout and parseItem", () => {
  it("knows RewardBench 1", () => {
    const row = {
      prompt: "q",
      chosen: "good",
      chosen_model: "m",
      rejected: "bad",
      rejected_model: "n",
      subset: "hep-go",
      id: 30,
    };
    expect(detectLayout(row).name).toBe("rewardbench");
    expect(item(row)).toEqual({ id: 30, subset: "hep-go", ...PAIR });
  });

  it("knows RewardBench 2, chosen answers apart from rejected ones", () => {
    const row = {
      id: "tied:1",
      prompt: "q",
      chosen: ["a", "b"],
      rejected: ["c"],
      num_correct: 2,
      num_incorrect: 1,
      total_completions: 3,
      models: ["m"],
      subset: "Ties",
      additional_metadata: null,
    };
    expect(detectLayout(row).name).toBe("rewardbench2");
    expect(item(row)).toEqual({
      id: "tied:1",
      subset: "Ties",
      chosen: [
        [user("q"), assistant("a")],
        [user("q"), assistant("b")],
      ],
      rejected: [[user("q"), assistant("c")]],
    });
  });

  it("knows RM-Bench and wants three styles", () => {
    const row = { id: "1", prompt: "q", chosen: ["a", "b", "c"], rejected: ["d", "e", "f"], domain: "chat" };
    expect(detectLayout(row).name).toBe("rm-bench");
    expect(item(row)?.chosen).toHaveLength(3);
    expect(() => item({ ...row, rejected: ["d"] })).toThrow(/Line 8 is no RM-Bench record: rejected/);
  });

  it("knows HelpSteer2: the sign says which response is better, 0 is no pair", () => {
    const row = {
      split: "train",
      prompt: "q",
      response_1: "good",
      response_2: "bad",
      preference_strength: -2,
    };
    expect(detectLayout(row).name).toBe("helpsteer2");
    expect(item(row)).toEqual({ id: 7, subset: "", ...PAIR });
    const swapped = { ...row, response_1: "bad", response_2: "good", preference_strength: 1 };
    expect(item(swapped)).toMatchObject(PAIR);
    expect(item({ ...row, preference_strength: 0 })).toBeUndefined();
  });

  it("splits the earlier turns of a HelpSteer2 prompt", () => {
    const prompt = "one\n<extra_id_1>Assistant\ntwo\nlines\n<extra_id_1>User\nthree";
    const row = { prompt, response_1: "good", response_2: "bad", preference_strength: -1 };
    expect(item(row)?.chosen[0]).toEqual([
      user("one"),
      assistant("two\nlines"),
      user("three"),
      assistant("good"),
    ]);
  });

  it("knows Skywork, UltraFeedback and TRL message lists", () => {
    const skywork = { chosen: PAIR.chosen[0], rejected: PAIR.rejected[0], source: "magpie" };
    expect(item(skywork)).toEqual({ id: 7, subset: "magpie", ...PAIR });
    const ultraFeedback = { prompt: "q", prompt_id: "x", ...skywork, score_chosen: 8, messages: [user("q")] };
    expect(item(ultraFeedback)).toMatchObject(PAIR);
    const trl = { prompt: [user("q")], chosen: [assistant("good")], rejected: [assistant("bad")] };
    expect(item(trl)).toMatchObject(PAIR);
    const textPrompt = { ...trl, prompt: "q" };
    expect(item(textPrompt)).toMatchObject(PAIR);
  });

  it("puts a prompt that is no part of the message lists in front of them", () => {
    const [u1, a1, good, bad] = [user("1"), assistant("2"), assistant("good"), assistant("bad")];
    const system = { role: "system", content: "be brief" };
    const chosenOf = (prompt: unknown, before: object[]): unknown =>
      item({ prompt, chosen: [...before, good], rejected: [...before, bad] })?.chosen[0];
    expect(chosenOf([system], [user("q")])).toEqual([system, user("q"), good]);
    expect(chosenOf([u1, a1], [user("q")])).toEqual([u1, a1, user("q"), good]);
    expect(chosenOf([u1, a1], [u1, a1, user("q")])).toEqual([u1, a1, user("q"), good]);
    expect(chosenOf([user("q")], [system, user("q")])).toEqual([system, user("q"), good]);
    expect(chosenOf([system, user("q")], [user("q")])).toEqual([system, user("q"), good]);
  });

  it("knows the pair record, its prompt as text or messages", () => {
    expect(item({ id: "a", prompt: "q", chosen: "good", rejected: "bad" })).toEqual({
      id: "a",
      subset: "",
      ...PAIR,
    });
    expect(item({ prompt: [user("q")], chosen: "good", rejected: "bad", subset: null })).toMatchObject(PAIR);
  });

  it.each([
    [{ text: "no labels" }, /no known layout.*columns text/i],
    [[1, 2], /columns \(none\)/],
    ["text", /columns \(none\)/],
    [null, /columns \(none\)/],
  ])("refuses %j and says what it looked for", (row, message) => {
    expect(() => detectLayout(row)).toThrow(message);
  });

  it.each([
    [{ prompt: 5, chosen: "a", rejected: "b" }, /prompt/],
    [{ prompt: "q", chosen: "a", rejected: null }, /rejected/],
    [{ prompt: "q", chosen: ["a"], rejected: [], num_correct: 1, subset: "Math" }, /rejected/],
    [{ chosen: [user("q")], rejected: "b" }, /rejected/],
  ])("names line and field of the bad record %j", (row, field) => {
    expect(() => item(row)).toThrow(/^Line 8 /);
    expect(() => item(row)).toThrow(field);
  });
});
