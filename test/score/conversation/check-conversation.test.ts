import { describe, expect, it } from "vitest";
import type { ConversationInput } from "../../../lib/score/conversation/conversation.js";
import { checkConversation } from "../../../lib/score/conversation/check-conversation.js";

const user = { role: "user", content: "q" };
const call = { id: "1", type: "function", function: { name: "f", arguments: { a: 7, b: [null, true] } } };
const check = (value: unknown): ConversationInput => checkConversation(value);

describe("checkConversation", () => {
  it("keeps every field of a message, in a copy of plain data", () => {
    const messages = [
      user,
      { role: "assistant", content: null, tool_calls: [call], reasoning_content: "r", weight: 0.5 },
      { role: "tool", tool_call_id: "1", name: "f", content: "56" },
      { role: "tool", content: { temperature: 22 } },
      { role: "tool", content: ["a", { b: 1 }] },
      { role: "assistant", tool_calls: [call] },
      { role: "assistant", content: "", undefined },
    ];
    const checked = check(messages);
    expect(checked).toEqual(messages.map((message) => ({ ...message, undefined: undefined })));
    expect(checked).not.toBe(messages);
    expect(structuredClone(checked)).toEqual(checked);
    expect(check(checked)).toEqual(checked);
  });

  it("reads what stands beside the messages", () => {
    const request = {
      messages: [user],
      tools: [{ type: "function", function: { name: "f" } }],
      documents: [{ title: "t", text: "x" }],
      chatTemplateKwargs: { enable_thinking: false },
    };
    expect(check(request)).toEqual(request);
    expect(check({ messages: [user], tools: null, documents: undefined })).toEqual({ messages: [user] });
  });

  it("takes text parts under the names that APIs give them", () => {
    const content = [
      { type: "text", text: "a", image_url: null },
      { type: "input_text", text: "b" },
      { type: "output_text", text: "c", annotations: [] },
      { text: "d" },
      "e",
    ];
    expect(check([{ role: "user", content }])).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
          { type: "text", text: "c", annotations: [] },
          { type: "text", text: "d" },
          { type: "text", text: "e" },
        ],
      },
    ]);
  });

  it("keeps numbers that JavaScript's own cannot be, maps, and what tables hold beside", () => {
    const odd = {
      a: Object(7) as unknown,
      b: 2n ** 70n,
      c: new Map([
        ["2", 1],
        ["1", 2],
      ]),
      d: new Date(0),
    };
    expect(check([{ ...user, odd }])).toEqual([{ ...user, odd }]);
  });

  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  const shared = (levels: number): unknown => {
    let value: unknown[] = [1];
    for (let level = 0; level < levels; level++) value = [value, value];
    return value;
  };
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /received undefined/],
    ["no message", [], /empty array/],
    ["an object without messages", { role: "user" }, /an object/],
    ["a hole", Array.from({ length: 1 }), /message 0/],
    ["a message that is a list", [[user]], /message 0 .* an array/],
    ["no role", [{ content: "q" }], /role of message 0/],
    ["no content", [{ role: "user" }], /content of message 0 but received undefined/],
    ["null content and nothing else", [{ role: "user", content: null, name: "n" }], /received null/],
    ["null content beside no calls", [{ role: "assistant", content: null, tool_calls: [] }], /received null/],
    ["a number for content", [{ role: "user", content: 1 }], /received number/],
    ["an object for content", [{ role: "user", content: { a: 1 } }], /received an object/],
    ["no parts", [{ role: "user", content: [] }], /an empty array/],
    [
      "an image",
      [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }],
      /"image_url"/,
    ],
    [
      "audio in a tool's result",
      [user, { role: "tool", content: [{ type: "input_audio" }] }],
      /"input_audio"/,
    ],
    ["a part without text", [{ role: "user", content: [{ type: "text" }] }], /"text"/],
    ["a part that is a number", [{ role: "user", content: [1] }], /number/],
    ["a lone surrogate in a content", [{ role: "user", content: "\ud800" }], /surrogate/],
    ["a lone surrogate in a key", [{ ...user, x: { "\udc00": 1 } }], /surrogate/],
    [
      "a lone surrogate in an argument",
      [{ ...user, tool_calls: [{ a: ["\ud800"] }] }],
      /tool_calls .* surrogate/,
    ],
    ["a number that is none", [{ ...user, x: Number.NaN }], /not finite/],
    ["a function", [{ ...user, x: () => 1 }], /kind function/],
    ["a set", [{ ...user, x: new Set() }], /kind Set/],
    ["deep nesting", [{ ...user, x: nested(200) }], /deeper than 100/],
    ["a cycle", [{ ...user, x: cyclic }], /deeper than 100/],
    ["lists that hold one another again and again", [{ ...user, x: shared(60) }], /more than 1000000 values/],
    ["tools that are a mapping", { messages: [user], tools: { name: "f" } }, /list of objects for tools/],
    ["tools that are texts", { messages: [user], tools: ["f"] }, /an item of tools/],
    ["deep tools", { messages: [user], tools: [{ x: nested(200) }] }, /deeper than 100/],
    ["documents that are texts", { messages: [user], documents: ["d"] }, /an item of documents/],
    ["variables that are a list", { messages: [user], chatTemplateKwargs: [] }, /chat_template_kwargs/],
    [
      "a field that would do nothing",
      { messages: [user], chat_template_kwargs: {} },
      /received chat_template_kwargs/,
    ],
  ])("refuses %s", (_, value, message) => {
    expect(() => check(value)).toThrow(expect.objectContaining({ code: "CONVERSATION_INVALID" }));
    expect(() => check(value)).toThrow(message);
  });
});
