import { describe, expect, it } from "vitest";
import { templateInput } from "../../../lib/score/template/template-input.js";

const user = { role: "user", content: "q" };

describe("templateInput", () => {
  it("leaves null fields of messages out, and those within as they are", () => {
    const call = { id: null, function: { name: "f", arguments: { a: null } } };
    const { messages } = templateInput([
      user,
      { role: "assistant", content: null, name: null, tool_calls: [call] },
    ]);
    expect(messages).toEqual([user, { role: "assistant", tool_calls: [call] }]);
  });

  // transformers 5.24, `_alias_reasoning_fields`; the order of the fields is that of the dictionary it makes.
  it.each([
    ["reasoning_content", ["thinking", "role", "content", "reasoning_content"]],
    ["reasoning", ["thinking", "role", "content", "reasoning", "reasoning_content"]],
    ["thinking", ["thinking", "role", "content", "reasoning_content"]],
  ])("gives reasoning by the name %s the names that templates read", (field, names) => {
    const [message = {}] = templateInput([{ role: "assistant", content: "a", [field]: "r" }]).messages;
    expect(Object.keys(message)).toEqual(names);
    expect(message).toMatchObject({ thinking: "r", reasoning_content: "r" });
  });

  it("has none for tools and documents that are not given", () => {
    expect(templateInput([user])).toEqual({ messages: [user], tools: null, documents: null, variables: {} });
    expect(templateInput({ messages: [user], tools: [], documents: [] })).toMatchObject({
      tools: [],
      documents: [],
    });
  });

  it("passes variables on, and switches that are off over", () => {
    const chatTemplateKwargs = { enable_thinking: false, x: { y: 1 }, add_generation_prompt: false };
    expect(templateInput({ messages: [user], chatTemplateKwargs }).variables).toEqual({
      enable_thinking: false,
      x: { y: 1 },
    });
  });

  it.each([
    ...[
      "messages",
      "tools",
      "documents",
      "chat_template",
      "bos_token",
      "eos_token",
      "image_token",
      "tokenize",
    ],
    ...["raise_exception", "strftime_now", "range", "namespace", "true", "loop"],
  ])("refuses the variable %s", (name) => {
    expect(() => templateInput({ messages: [user], chatTemplateKwargs: { [name]: "x" } })).toThrow(
      expect.objectContaining({ code: "CONVERSATION_INVALID", details: { name } }),
    );
  });

  it.each(["add_generation_prompt", "continue_final_message"])("refuses %s when it is on", (name) => {
    expect(() => templateInput({ messages: [user], chatTemplateKwargs: { [name]: true } })).toThrow(
      expect.objectContaining({ code: "CONVERSATION_INVALID" }),
    );
  });
});
