import { describe, expect, it } from "vitest";
import { parsePasted } from "../../../../../examples/electron/renderer/rank/paste/parse-pasted.js";
import {
  describePasted,
  takePasted,
} from "../../../../../examples/electron/renderer/rank/paste/take-pasted.js";
import { EMPTY_DRAFT } from "../../../../../examples/electron/renderer/workspace/draft.js";

const user = { role: "user", content: "Hi" };
const system = { role: "system", content: "Be brief." };
const answer = { role: "assistant", content: "Hello" };

describe("pasted JSON", () => {
  it.each<[string, unknown, unknown]>([
    ["messages of a chat API", [system, user], { messages: [system, user], answers: [] }],
    ["a request of a chat API", { model: "m", messages: [user] }, { messages: [user], answers: [] }],
    [
      "an answer at the end as a candidate",
      { messages: [user, answer] },
      { messages: [user], answers: ["Hello"] },
    ],
    [
      "text parts",
      [
        {
          role: "user",
          content: [
            { type: "text", text: "H" },
            { type: "text", text: "i" },
          ],
        },
      ],
      { messages: [user], answers: [] },
    ],
    [
      "ShareGPT",
      {
        system: "Be brief.",
        conversations: [
          { from: "human", value: "Hi" },
          { from: "gpt", value: "Hello" },
        ],
      },
      { messages: [system, user], answers: ["Hello"] },
    ],
    ["a list of ShareGPT's turns", [{ from: "human", value: "Hi" }], { messages: [user], answers: [] }],
    ["prompt and response", { prompt: "Hi", response: "Hello" }, { messages: [user], answers: ["Hello"] }],
    [
      "prompt and responses",
      { prompt: [user], responses: ["a", "b"] },
      { messages: [user], answers: ["a", "b"] },
    ],
    [
      "prompt and completion",
      { prompt: "Hi", completion: "Hello" },
      { messages: [user], answers: ["Hello"] },
    ],
    ["a prompt alone", { prompt: "Hi" }, { messages: [user], answers: [] }],
    [
      "messages with responses",
      { messages: [user], responses: ["a", "b"] },
      { messages: [user], answers: ["a", "b"] },
    ],
    [
      "question and answers",
      { question: "Hi", answers: [{ text: "a" }] },
      { messages: [user], answers: ["a"] },
    ],
    [
      "Alpaca",
      { instruction: "Add", input: "1 2", output: "3", history: [["Hi", "Hello"]], system: "Be brief." },
      { messages: [system, user, answer, { role: "user", content: "Add\n1 2" }], answers: ["3"] },
    ],
    [
      "chosen and rejected",
      { prompt: "Hi", chosen: "a", rejected: "b" },
      { messages: [user], answers: ["a", "b"] },
    ],
    [
      "chosen and rejected conversations",
      {
        chosen: [user, { role: "assistant", content: "a" }],
        rejected: [user, { role: "assistant", content: "b" }],
      },
      { messages: [user], answers: ["a", "b"] },
    ],
    [
      "a prompt with chosen and rejected messages",
      {
        prompt: "Hi",
        chosen: [{ role: "assistant", content: "a" }],
        rejected: [{ role: "assistant", content: "b" }],
      },
      { messages: [user], answers: ["a", "b"] },
    ],
    [
      "an API's answer",
      { choices: [{ message: { role: "assistant", content: "a" } }, { text: "b" }] },
      { answers: ["a", "b"] },
    ],
    ["a list of texts", ["a", "b"], { answers: ["a", "b"] }],
    ["responses alone", { responses: ["a"] }, { answers: ["a"] }],
    ["a list of one record", [{ prompt: "Hi", response: "a" }], { messages: [user], answers: ["a"] }],
  ])("%s", (_, value, expected) => {
    expect(parsePasted(JSON.stringify(value))).toEqual(expected);
    expect(parsePasted(`\n ${JSON.stringify(value, undefined, 2)}`)).toEqual(expected);
  });

  it.each(["Hello", "", "[1, 2", "{not JSON}", "3", '"text"'])("%j is a text", (text) => {
    expect(parsePasted(text)).toBe(undefined);
  });

  it.each<[unknown, RegExp]>([
    [{ a: 1 }, /neither messages nor answers/],
    [[], /neither messages nor answers/],
    [[1, 2], /neither messages nor answers/],
    [[{ prompt: "a" }, { prompt: "b" }], /several records/],
    [[{ ...answer, tool_calls: [{ id: "1" }] }], /Message 1 calls tools/],
    [[{ role: "user", content: [{ type: "image_url", image_url: "x" }] }], /Message 1 holds something other/],
    [[{ role: 3, content: "x" }], /does not say whose/],
    [{ prompt: "Hi", responses: ["a", 3] }, /answer number 2 is no text/],
    [{ chosen: [user, answer], rejected: [system, answer] }, /differ before/],
  ])("says why %j cannot be taken", (value, reason) => {
    expect(() => parsePasted(JSON.stringify(value))).toThrow(reason);
  });

  it("knows JSON Lines", () => {
    expect(() => parsePasted('{"prompt":"a","response":"b"}\n{"prompt":"c","response":"d"}')).toThrow(
      /several records/,
    );
  });

  it("keeps what is there and not in it", () => {
    const draft = takePasted(EMPTY_DRAFT, { messages: [user], answers: [] });
    const more = takePasted(draft, { answers: ["a", "b", "c"] });
    expect(more.messages).toEqual([user]);
    expect(more.candidates.map(({ text }) => text)).toEqual(["a", "b", "c"]);
    expect(describePasted({ messages: [user], answers: ["a", "b"] })).toBe("Pasted 1 message and 2 answers");
  });
});
