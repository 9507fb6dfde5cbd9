import { asRequest, type ConversationInput, type ChatMessage } from "../conversation/conversation.js";
import { checkConversation } from "../conversation/check-conversation.js";
import { contentText, textParts } from "../conversation/message-content.js";
import { ConversationError } from "../../errors.js";

/** What a template is given, in transformers' names; values are those of `templateData`. */
export interface TemplateInput {
  messages: readonly Readonly<Record<string, unknown>>[];
  tools: readonly unknown[] | null;
  documents: readonly unknown[] | null;
  /** Further variables. */
  variables: Readonly<Record<string, unknown>>;
}

/** Options of `apply_chat_template` that change nothing when they are off. */
const SWITCHES: ReadonlySet<string> = new Set([
  "add_generation_prompt",
  "continue_final_message",
  "return_assistant_tokens_mask",
  "sanitize_control_tokens",
]);
/** What only the model folder may say, or has a place of its own; and the names that templates count on. */
const RESERVED: ReadonlySet<string> = new Set([
  ...[
    "conversation",
    "conversations",
    "messages",
    "tools",
    "documents",
    "chat_template",
    "compiled_template",
  ],
  ...["tokenize", "padding", "truncation", "max_length", "return_tensors", "return_dict", "tokenizer_kwargs"],
  ...["true", "True", "false", "False", "none", "None", "self", "loop", "range", "dict", "namespace"],
  ...["lipsum", "cycler", "joiner", "raise_exception", "strftime_now"],
]);

/**
 * A conversation as `apply_chat_template(messages, tools=…, documents=…, **chat_template_kwargs)` of transformers hands it to a
 * template: fields of messages that are null are left out, and reasoning goes by the names that templates read. Source:
 * transformers 5.24, tokenization_utils_base.py and utils/chat_template_utils.py (`_normalize_chat_messages`,
 * `_alias_reasoning_fields`); 4.57 leaves both as they are.
 * @throws ConversationError `CONVERSATION_INVALID`
 */
export function templateInput(conversation: ConversationInput): TemplateInput {
  const { messages, tools, documents, chatTemplateKwargs } = asRequest(checkConversation(conversation));
  return {
    messages: messages.map((message) => withReasoning(withoutNulls(message))),
    tools: tools ?? null,
    documents: documents ?? null,
    variables: checkVariables(chatTemplateKwargs ?? {}),
  };
}

/** The input with contents that are lists of text parts as one text, where `isText` says so of the message at that place. */
export function joinParts(input: TemplateInput, isText: (index: number) => boolean): TemplateInput {
  const messages = input.messages.map((message, index) =>
    textParts(message["content"]) !== undefined && isText(index)
      ? { ...message, content: contentText(message["content"]) }
      : message,
  );
  return { ...input, messages };
}

function withoutNulls(message: ChatMessage): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null));
}

function withReasoning(message: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const reasoning = ["reasoning_content", "thinking", "reasoning"]
    .map((field) => message[field])
    .find((value) => value !== undefined);
  return reasoning === undefined
    ? message
    : { thinking: reasoning, ...message, reasoning_content: reasoning };
}

/** transformers lets them replace special tokens and takes some as its own options: here neither can be meant. */
function checkVariables(kwargs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = kwargs instanceof Map ? [...(kwargs as Map<string, unknown>)] : Object.entries(kwargs);
  const variables: [string, unknown][] = [];
  for (const [name, value] of entries) {
    if (SWITCHES.has(name) && (value === false || value === null)) continue;
    if (SWITCHES.has(name) || RESERVED.has(name) || name.endsWith("_token") || name.endsWith("_tokens")) {
      throw new ConversationError(
        "CONVERSATION_INVALID",
        `chat_template_kwargs cannot set ${name}, which is not the conversation's to choose. Leave it out.`,
        { details: { name } },
      );
    }
    variables.push([name, value]);
  }
  return Object.fromEntries(variables);
}
