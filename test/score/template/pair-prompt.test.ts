import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pairConversations, type PairPieces } from "../../../lib/score/template/pair-prompt.js";
import { ChatTemplate } from "../../../lib/score/template/chat-template.js";

const FOLDER = new URL("../../fixtures/checkpoints/pairpref-tiny/", import.meta.url);

interface PairCase {
  id: string;
  context: { role: string; content: string }[];
  response_a: string;
  response_b: string;
  rendered: string[];
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
}

describe("pairConversations", () => {
  const { context, prompt } = readJson("profile.json") as PairPieces;
  const config = readJson("tokenizer_config.json") as { chat_template: string; bos_token: string };
  const template = ChatTemplate.parse(config.chat_template, { bos_token: config.bos_token }, null);
  const { cases } = readJson("expected.json") as { cases: PairCase[] };

  it.each(cases.map((item) => [item.id, item] as const))("%s", (_, item) => {
    const pair = pairConversations({ context, prompt }, item.context, item.response_a, item.response_b);
    const rendered = pair.map((messages) => template.render(messages).replaceAll(config.bos_token, ""));
    expect(rendered).toEqual(item.rendered);
  });

  it("refuses what this prompt has no place for", () => {
    const user = { role: "user", content: "q" };
    const call = { function: { name: "f", arguments: {} } };
    for (const given of [
      { messages: [user], tools: [{ name: "f" }] },
      { messages: [user], documents: [{ text: "d" }] },
      { messages: [user], chatTemplateKwargs: { enable_thinking: true } },
      [user, { role: "assistant", content: "a", tool_calls: [call] }],
      [user, { role: "assistant", content: null, tool_calls: [call] }],
      [user, { role: "assistant", content: "a", reasoning_content: "r" }],
      [user, { role: "tool", content: { a: 1 } }],
    ])
      expect(() => pairConversations({ context, prompt }, given, "a", "b")).toThrow(
        expect.objectContaining({ code: "CONVERSATION_INVALID" }),
      );
    const parts = [{ role: "user", content: [{ type: "text", text: "q" }] }];
    expect(pairConversations({ context, prompt }, parts, "a", "b")).toEqual(
      pairConversations({ context, prompt }, [user], "a", "b"),
    );
  });

  it("refuses a context that is no conversation", () => {
    expect(() => pairConversations({ context, prompt }, [], "a", "b")).toThrow(
      expect.objectContaining({ code: "CONVERSATION_INVALID" }),
    );
  });
});
