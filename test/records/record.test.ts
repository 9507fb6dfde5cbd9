import { describe, expect, it } from "vitest";
import { readRecord } from "../../lib/records/record.js";

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
