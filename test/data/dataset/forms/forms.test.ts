import { describe, expect, it } from "vitest";
import type { Message } from "../../../../lib/score/conversation/conversation.js";
import { readRecord } from "../../../../lib/data/records/read-records.js";

const system = (content: string): Message => ({ role: "system", content });
const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });
const RATINGS = { helpfulness: 3, correctness: 4, coherence: 4, complexity: 1, verbosity: 1 };
const MARKED = "Name a river.\n<extra_id_1>Assistant\nThe Elbe.\n<extra_id_1>User\nAnd a lake?";
const TURNS = [user("Name a river."), assistant("The Elbe."), user("And a lake?")];
const HH = "\n\nHuman: Name a river.\n\nAssistant: The Elbe.\n\nHuman: And a lake?\n\nAssistant: ";

function read(value: unknown): ReturnType<typeof readRecord> {
  return readRecord({ line: 6, value });
}

/** Expected turns are those that the datasets' cards, or the named tools, make of the same columns. */
describe("forms of one conversation", () => {
  it.each<[string, object, Message[]]>([
    [
      "ratings of HelpSteer2",
      { prompt: MARKED, response: "Lake.", ...RATINGS },
      [...TURNS, assistant("Lake.")],
    ],
    ["ratings of one turn", { prompt: "q", response: "a", ...RATINGS }, [user("q"), assistant("a")]],
    [
      "marks without all ratings",
      { prompt: MARKED, response: "a", helpfulness: 3 },
      [user(MARKED), assistant("a")],
    ],
    [
      "ShareGPT",
      {
        conversations: [
          { from: "human", value: "q" },
          { from: "gpt", value: "a" },
        ],
        system: "s",
      },
      [system("s"), user("q"), assistant("a")],
    ],
    [
      "ShareGPT with a system turn of its own, which wins (LLaMA-Factory)",
      {
        conversations: [
          { from: "system", value: "own" },
          { from: "human", value: "q" },
          { from: "gpt", value: "a" },
        ],
        system: "s",
      },
      [system("own"), user("q"), assistant("a")],
    ],
    [
      "conversations with the field names of chat templates",
      {
        conversations: [
          { role: "user", content: "q" },
          { role: "assistant", content: "a" },
        ],
        messages: null,
      },
      [user("q"), assistant("a")],
    ],
    ["Alpaca", { instruction: "i", input: "", output: "o" }, [user("i"), assistant("o")]],
    [
      "Alpaca with input, history and system",
      { instruction: "i", input: "x", output: "o", system: "s", history: [["q", "a"]] },
      [system("s"), user("q"), assistant("a"), user("i\nx"), assistant("o")],
    ],
  ])("reads %s", (_, value, turns) => {
    expect(read(value).record).toMatchObject({ kind: "conversation", conversations: [turns] });
  });

  it.each<[string, object, RegExp]>([
    [
      "a tool's turn",
      { conversations: [{ from: "function_call", value: "{}" }] },
      /Line 7: .*"function_call"/,
    ],
    [
      "two readings",
      { conversations: [{ from: "human", value: "q" }], messages: [user("q")] },
      /two ways.*ShareGPT.*messages/,
    ],
    ["two readings", { instruction: "i", output: "o", prompt: "p" }, /two ways.*Alpaca.*prompt/],
    ["a wrong value", { conversations: [{ from: "human", value: 3 }] }, /no ShareGPT conversations record/],
  ])("refuses %s", (_, value, message) => {
    expect(read(value).error).toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringMatching(message) as string,
    });
  });
});

describe("forms of preferences", () => {
  const pair = (prompt: Message[], chosen: string, rejected: string): Message[][] => [
    [...prompt, assistant(chosen)],
    [...prompt, assistant(rejected)],
  ];
  it.each<[string, object, Message[][]]>([
    // As trl's examples/datasets/hh-rlhf-helpful-base.py splits them.
    ["Anthropic HH", { chosen: `${HH}Lake.`, rejected: `${HH}Everest.` }, pair(TURNS, "Lake.", "Everest.")],
    ["Anthropic HH with an empty answer", { chosen: `${HH}a\n\nb`, rejected: HH }, pair(TURNS, "a\n\nb", "")],
    [
      "PKU-SafeRLHF",
      { prompt: "q", response_0: "a", response_1: "b", better_response_id: 1, safer_response_id: 0 },
      pair([user("q")], "b", "a"),
    ],
    [
      "SHP, A preferred",
      { history: "q", human_ref_A: "a", human_ref_B: "b", labels: 1 },
      pair([user("q")], "a", "b"),
    ],
    [
      "SHP, B preferred",
      { history: "q", human_ref_A: "a", human_ref_B: "b", labels: 0 },
      pair([user("q")], "b", "a"),
    ],
    [
      "Orca",
      { system: "s", question: "q", chosen: "a", rejected: "b" },
      pair([system("s"), user("q")], "a", "b"),
    ],
    [
      "Orca without a system text",
      { system: "", question: "q", chosen: "a", rejected: "b" },
      pair([user("q")], "a", "b"),
    ],
    [
      "HelpSteer3",
      { domain: "code", context: TURNS, response1: "a", response2: "b", overall_preference: 2 },
      pair(TURNS, "b", "a"),
    ],
    [
      "ShareGPT",
      {
        conversations: [{ from: "human", value: "q" }],
        chosen: { from: "gpt", value: "a" },
        rejected: { from: "gpt", value: "b" },
      },
      pair([user("q")], "a", "b"),
    ],
    ["Alpaca", { instruction: "i", input: "x", chosen: "a", rejected: "b" }, pair([user("i\nx")], "a", "b")],
  ])("reads %s", (_, value, conversations) => {
    expect(read(value).record).toMatchObject({ kind: "pair", conversations });
  });

  it("reads Nectar's ranks, the best first", () => {
    const answers = [
      { answer: "b", rank: 2 },
      { answer: "a", rank: 1 },
      { answer: "c", rank: 3 },
    ];
    expect(read({ prompt: HH, answers }).record).toMatchObject({
      kind: "candidates",
      conversations: ["a", "b", "c"].map((answer) => [...TURNS, assistant(answer)]),
    });
  });

  it.each<[string, object, RegExp]>([
    [
      "two readings",
      { prompt: "q", chosen: `${HH}a`, rejected: `${HH}b` },
      /Line 7: .*two ways.*prompt.*dialogues/,
    ],
    [
      "a dialogue without an answer",
      { chosen: `${HH}a\n\nHuman: why?`, rejected: `${HH}b` },
      /does not end with an answer/,
    ],
    ["a preference that is none", { history: "q", human_ref_A: "a", human_ref_B: "b", labels: 2 }, /labels/],
    [
      "no preference",
      { context: TURNS, response1: "a", response2: "b", overall_preference: 0 },
      /no preference/,
    ],
  ])("refuses %s", (_, value, message) => {
    expect(read(value).error).toMatchObject({ message: expect.stringMatching(message) as string });
  });

  it("leaves look-alikes as text", () => {
    const only = { prompt: "q", chosen: `${HH}a`, rejected: "b" };
    expect(read(only).record).toMatchObject({ conversations: pair([user("q")], `${HH}a`, "b") });
    const response = { prompt: HH, response: "a" };
    expect(read(response).record).toMatchObject({ conversations: [[user(HH), assistant("a")]] });
  });
});

describe("columns that would change a score", () => {
  it.each<[string, object]>([
    ["system", { prompt: "q", response: "a", system: "s" }],
    ["system_prompt", { prompt: "q", responses: ["a"], system_prompt: "s" }],
    ["system", { prompt: "q", chosen: "a", rejected: "b", system: "s" }],
    ["system", { chosen: TURNS, rejected: TURNS, system: "s" }],
    ["images", { messages: TURNS, images: ["x.png"] }],
    ["history", { prompt: "q", response: "a", history: [["b", "c"]] }],
    ["history", { instruction: "i", input: "", chosen: "a", rejected: "b", images: ["x"], history: [] }],
    ["system_prompt", { instruction: "i", output: "o", system_prompt: "s" }],
  ])("are refused by name: %s in %j", (name, value) => {
    const { error } = read(value);
    const message = expect.stringMatching(
      /Line 7 has a column (\w+), which would change the score/,
    ) as string;
    expect(error).toMatchObject({ code: "DATASET_INVALID", message });
    if (!("images" in value)) expect(error?.message).toContain(`column ${name},`);
  });

  it.each<[string, object]>([
    ["empty", { prompt: "q", response: "a", system: "", system_prompt: null, images: [], history: null }],
    ["what the messages begin with", { messages: [system("s"), ...TURNS], system: "s" }],
    [
      "what both answers begin with",
      { chosen: [system("s"), ...TURNS], rejected: [system("s"), ...TURNS], system: "s" },
    ],
  ])("may be %s", (_, value) => {
    expect(read(value).error).toBeUndefined();
  });
});
