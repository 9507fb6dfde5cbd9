import { describe, expect, it } from "vitest";
import { parseRecords } from "../../../lib/formats/json/parse-records.js";
import { templateInput } from "../../../lib/score/template/template-input.js";
import { readRecord } from "../../../lib/data/records/read-records.js";

const user = (content: string): { role: string; content: string } => ({ role: "user", content });
const assistant = (content: string): { role: string; content: string } => ({ role: "assistant", content });
const LINE = 7;

describe("readRecord", () => {
  it.each([
    ["messages", { messages: [user("q"), assistant("a")] }, "conversation", [[user("q"), assistant("a")]]],
    [
      "text prompt and response",
      { prompt: "q", response: "a" },
      "conversation",
      [[user("q"), assistant("a")]],
    ],
    [
      "messages as prompt",
      { prompt: [user("q"), assistant("a"), user("r")], response: "b" },
      "conversation",
      [[user("q"), assistant("a"), user("r"), assistant("b")]],
    ],
    [
      "responses",
      { prompt: "q", responses: ["a", ""] },
      "candidates",
      [
        [user("q"), assistant("a")],
        [user("q"), assistant("")],
      ],
    ],
    [
      "chosen and rejected",
      { prompt: "q", chosen: "a", rejected: "b" },
      "pair",
      [
        [user("q"), assistant("a")],
        [user("q"), assistant("b")],
      ],
    ],
    [
      "chosen and rejected as messages",
      { chosen: [user("q"), assistant("a")], rejected: [user("q"), assistant("b")] },
      "pair",
      [
        [user("q"), assistant("a")],
        [user("q"), assistant("b")],
      ],
    ],
  ])("reads %s", (_, value, kind, conversations) => {
    expect(readRecord({ line: LINE, value }).record).toMatchObject({ id: LINE, kind, conversations });
  });

  const tools = [{ type: "function", function: { name: "f" } }];
  const documents = [{ title: "t", text: "x" }];
  const beside = { tools, documents, chat_template_kwargs: { enable_thinking: false } };
  const context = { tools, documents, chatTemplateKwargs: { enable_thinking: false } };

  it.each([
    ["messages", { messages: [user("q"), assistant("a")] }, 1],
    ["prompt and response", { prompt: "q", response: "a" }, 1],
    ["prompt as messages", { prompt: [user("q")], response: "a" }, 1],
    ["responses", { prompt: "q", responses: ["a", "b"] }, 2],
    ["chosen and rejected", { prompt: "q", chosen: "a", rejected: "b" }, 2],
    [
      "chosen and rejected as messages",
      { chosen: [user("q"), assistant("a")], rejected: [user("q"), assistant("b")] },
      2,
    ],
    ["a known dataset", { prompt: "q", response_1: "a", response_2: "b", preference_strength: -1 }, 2],
  ])("gives the chat template what stands beside %s", (_, value, count) => {
    const { record } = readRecord({ line: LINE, value: { ...value, ...beside } });
    expect(record?.conversations).toHaveLength(count);
    for (const conversation of record?.conversations ?? []) expect(conversation).toMatchObject(context);
    if (record?.pair !== undefined) expect(record.pair.prompt).toMatchObject(context);
  });

  it("keeps whole messages, in pairs of messages, too", () => {
    const call = { type: "function", function: { name: "f", arguments: { a: 7 } } };
    const chosen = [user("q"), { role: "assistant", content: null, tool_calls: [call] }];
    const rejected = [user("q"), { role: "assistant", content: "no", reasoning_content: "r" }];
    const { record } = readRecord({ line: LINE, value: { chosen, rejected } });
    expect(record?.conversations).toEqual([chosen, rejected]);
    expect(record?.pair).toBeUndefined();
    const { record: prompted } = readRecord({
      line: LINE,
      value: { prompt: chosen.slice(0, 1), chosen, rejected },
    });
    expect(prompted?.conversations).toEqual([chosen, rejected]);
  });

  it("reads tools that are the JSON text of their list, numbers and order as they are written", () => {
    const text = '[{"name":"f","a":7.0,"p":{"2":1,"1":2}}]';
    const { record } = readRecord({ line: LINE, value: { prompt: "q", response: "a", tools: text } });
    const expected = [
      {
        name: "f",
        a: Object(7) as unknown,
        p: new Map([
          ["2", 1],
          ["1", 2],
        ]),
      },
    ];
    expect(record?.conversations[0]).toMatchObject({ tools: expected });
    const row = `{"prompt":"q","response":"a","tools":${text}}`;
    const read = readRecord({ line: LINE, value: parseRecords(row) });
    expect(read.record?.conversations[0]).toMatchObject({ tools: expected });
    for (const none of ["", "null", "[]"])
      expect(
        readRecord({ line: LINE, value: { prompt: "q", response: "a", tools: none } }).error,
      ).toBeUndefined();
  });

  it.each([
    ["tools", "f"],
    ["tools", { name: "f" }],
    ["tools", '{"name":"f"}'],
    ["documents", ["text"]],
    ["chat_template_kwargs", { bos_token: "x" }],
    ["chat_template", "{{ messages }}"],
    ["add_generation_prompt", true],
    ["continue_final_message", true],
  ])("refuses %s that cannot be passed on: %j", (field, given) => {
    const { record, error } = readRecord({
      line: LINE,
      value: { prompt: "q", response: "a", [field]: given },
    });
    // Names of variables are the template's affair.
    if (field === "chat_template_kwargs") {
      expect(() => templateInput(record?.conversations[0] ?? [])).toThrow(/bos_token/);
    } else {
      expect(error).toMatchObject({ code: "CONVERSATION_INVALID" });
      expect(error?.message).toMatch(/^Line 8: (?!Line)/);
    }
  });

  it("keeps the record's own id, and ignores other columns and nulls", () => {
    const value = { id: "x", prompt: "q", response: "a", chosen: null, messages: null, subset: "s" };
    expect(readRecord({ line: LINE, value })).toMatchObject({
      id: "x",
      record: { id: "x", kind: "conversation" },
    });
    expect(readRecord({ line: LINE, value: { ...value, id: 0 } }).id).toBe(0);
    expect(readRecord({ line: LINE, value: { ...value, id: null } }).id).toBe(LINE);
  });

  it("gives a comparing model the prompt and both texts", () => {
    const pair = { prompt: "q", a: "x", b: "y" };
    expect(readRecord({ line: 0, value: { prompt: "q", chosen: "x", rejected: "y" } }).record?.pair).toEqual(
      pair,
    );
    const lists = { chosen: [user("q"), assistant("x")], rejected: [user("q"), assistant("y")] };
    expect(readRecord({ line: 0, value: lists }).record?.pair).toEqual({ ...pair, prompt: [user("q")] });
  });

  it.each([
    ["no object", "text", "DATASET_INVALID"],
    ["an array", [], "DATASET_INVALID"],
    ["no known field", { text: "a" }, "DATASET_INVALID"],
    ["no candidates", { prompt: "q", responses: [] }, "DATASET_INVALID"],
    ["a response that is no text", { prompt: "q", response: 1 }, "DATASET_INVALID"],
    ["an id of another type", { id: {}, prompt: "q", response: "a" }, "DATASET_INVALID"],
    ["no messages", { messages: [] }, "CONVERSATION_INVALID"],
    ["a message without content", { messages: [{ role: "user" }] }, "CONVERSATION_INVALID"],
    ["a hole among the messages", { messages: Array(1) }, "CONVERSATION_INVALID"],
    ["a lone surrogate", { prompt: "q", response: "\ud800" }, "CONVERSATION_INVALID"],
    ["a prompt of broken messages", { prompt: [1], chosen: "a", rejected: "b" }, "CONVERSATION_INVALID"],
  ])("tells what is wrong with %s", (_, value, code) => {
    const { error, record } = readRecord({ line: LINE, value });
    expect(record).toBeUndefined();
    expect(error?.code).toBe(code);
  });

  it("names the forms of a record when there is nothing to score", () => {
    const { error } = readRecord({ line: LINE, value: { prompt: "q" } });
    expect(error?.message).toMatch(/has the fields prompt, so .* Expected messages; prompt and response;/);
  });

  it("keeps the id of a bad record", () => {
    expect(readRecord({ line: LINE, value: { id: "x", messages: [] } })).toMatchObject({ id: "x" });
  });
});
