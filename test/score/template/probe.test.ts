import type { PromptSpec } from "../../../lib/score/template/prompt-spec.js";
import { describe, expect, it } from "vitest";
import type { ConversationInput } from "../../../lib/score/conversation/conversation.js";
import { RewardError } from "../../../lib/errors.js";
import { PromptBuilder, type PreparedPrompt } from "../../../lib/score/template/prompt-builder.js";
import { CharacterTokenizer } from "./character-tokenizer.js";

/** Write content in three ways: as it is, part by part, and only when it is a text. */
const PLAIN = "{% for m in messages %}[{{ m.role }}]{{ m.content | trim }}{% endfor %}";
const BY_PARTS =
  "{% for m in messages %}[{{ m.role }}]{% if m.content is string %}{{ m.content }}{% else %}" +
  "{% for part in m.content %}{{ part.text }}{% endfor %}{% endif %}{% endfor %}";
const TEXT_ONLY =
  "{% for m in messages %}[{{ m.role }}]{{ m.content if m.content is string else '' }}{% endfor %}";
const USERS_PARTS =
  "{% for m in messages %}{% if m.role == 'user' and m.content is not string %}" +
  "{% for part in m.content %}<{{ part.text }}>{% endfor %}{% else %}[{{ m.content }}]{% endif %}{% endfor %}";
const NAMED =
  "{% for m in messages %}{% if m.role == 'user' or m.role == 'assistant' %}{{ m.content }}{% endif %}{% endfor %}";
const TOOLS = "{% for t in tools or [] %}{{ t.name }} {% endfor %}" + PLAIN;

async function build(
  template: string,
  conversation: ConversationInput,
): Promise<PreparedPrompt | RewardError> {
  const spec: PromptSpec = {
    ...{ template, templateVariables: {}, date: null, normalization: null, spacePrefix: "none" },
    ...{ stripBefore: [], stripAfter: [], addSpecialTokens: false, prefixTokens: [], suffixTokens: [] },
    ...{ bosToken: null, removeBosText: false, appendEosToken: null, padToken: null, position: "last" },
    ...{ gatingText: null, pair: null },
  };
  const options = {
    bos: "reference",
    specialTokens: "parse",
    truncate: "error",
    contextLength: 1000,
  } as const;
  const builder = await PromptBuilder.create(spec, new CharacterTokenizer(), options);
  const [prompt] = await builder.build([conversation]);
  if (prompt === undefined) throw new Error("no prompt");
  return prompt;
}

const text = (...texts: string[]): object[] => texts.map((part) => ({ type: "text", text: part }));

describe("contents of text parts", () => {
  const parts = [
    { role: "user", content: text("a", "b") },
    { role: "assistant", content: text("c", "d") },
  ];

  // vLLM joins parts with newlines where the template takes text; transformers gives the list to those that take parts.
  it.each([
    [PLAIN, "[user]a\nb[assistant]c\nd"],
    [TEXT_ONLY, "[user]a\nb[assistant]c\nd"],
    [BY_PARTS, "[user]ab[assistant]cd"],
    [USERS_PARTS, "<a><b>[c\nd]"],
  ])("are what the template takes: %s", async (template, expected) => {
    expect(await build(template, parts)).toMatchObject({ text: expected });
  });

  it("of one part are that text", async () => {
    const one = [{ role: "user", content: text("a") }];
    for (const template of [PLAIN, TEXT_ONLY, BY_PARTS])
      expect(await build(template, one)).toMatchObject({ text: "[user]a" });
  });
});

describe("roles", () => {
  const conversation = (role: string): ConversationInput => [
    { role: "user", content: "a" },
    { role, content: "b" },
  ];

  it("of chat APIs may be written without being named", async () => {
    expect(await build(PLAIN, conversation("tool"))).toMatchObject({ text: "[user]a[tool]b" });
    expect(await build(PLAIN, conversation("developer"))).toMatchObject({ text: "[user]a[developer]b" });
  });

  it("are refused where their message would be left out, and when they are misspelt", async () => {
    for (const [template, role] of [
      [NAMED, "tool"],
      [PLAIN, "asistant"],
      [PLAIN, "User"],
    ] as const)
      expect(await build(template, conversation(role))).toMatchObject({ code: "CONVERSATION_INVALID" });
  });
});

describe("warnings", () => {
  const messages = [
    { role: "user", content: "q" },
    { role: "assistant", content: "a", tool_calls: [{ name: "f" }] },
  ];

  it("tell of tools, documents and calls that the template does not write", async () => {
    const all = { messages, tools: [{ name: "f" }], documents: [{ text: "d" }] };
    const told = async (template: string, conversation: ConversationInput): Promise<string[]> => {
      const prompt = await build(template, conversation);
      return prompt instanceof RewardError
        ? [prompt.message]
        : prompt.warnings.map((warning) => warning.slice(0, 58));
    };
    const start = "This model's chat template does not write ";
    expect(await told(PLAIN, all)).toEqual(
      ["tools: the reward", "documents: the rew", "tool_calls: the re"].map((end) =>
        `${start}${end}`.slice(0, 58),
      ),
    );
    expect(await told(TOOLS, { ...all, messages: messages.slice(0, 1), documents: [] })).toEqual([]);
    expect(await told(PLAIN, messages.slice(0, 1))).toEqual([]);
  });
});
