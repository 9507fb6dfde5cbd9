import type { TemplateContext } from "../../score/conversation/conversation.js";
import { checkContext } from "../../score/conversation/check-context.js";
import { ConversationError } from "../../errors.js";
import { parseExactJson } from "../../formats/json/exact-json.js";

/** Columns that would change the prompt, and that a record cannot decide. */
const REFUSED = ["chat_template", "add_generation_prompt", "continue_final_message"] as const;

/**
 * What a record gives the chat template beside its messages: the columns `tools`, `documents` and `chat_template_kwargs`.
 * Tools may be the JSON text of their list, since a table cannot hold schemas of different shapes. Source: TRL,
 * docs/source/dataset_formats.md.
 * @throws ConversationError `CONVERSATION_INVALID`
 */
export function recordContext(row: Readonly<Record<string, unknown>>): TemplateContext {
  const refused = REFUSED.find((name) => isOn(row[name]));
  if (refused !== undefined) {
    throw new ConversationError(
      "CONVERSATION_INVALID",
      `A record cannot set ${refused}: prompts are those of the model's published usage. Leave it out, or convert the model with another chat template.`,
    );
  }
  return checkContext({
    tools: typeof row["tools"] === "string" ? parseTools(row["tools"]) : row["tools"],
    documents: row["documents"],
    chatTemplateKwargs: row["chat_template_kwargs"],
  });
}

function parseTools(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new ConversationError(
      "CONVERSATION_INVALID",
      "The column tools is a text, but not the JSON text of a list of tools.",
      { cause },
    );
  }
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "";
}
