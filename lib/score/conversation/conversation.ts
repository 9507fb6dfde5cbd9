import { describe, invalidConversation } from "./invalid-conversation.js";

/** One turn of plain text. `role` is whatever the model's chat template knows: usually `system`, `user`, `assistant`. */
export interface Message {
  role: string;
  content: string;
}

/** Turns in order, the last one usually the assistant's answer. */
export type Conversation = readonly Message[];

/**
 * One turn, as chat APIs have it. All fields go to the model's chat template, further ones than those named here too; what
 * the template does with them is its own affair. Whole numbers are integers to a template; where `7` and `7.0` differ, a
 * `Number` object says that a float is meant.
 */
export interface ChatMessage {
  /** Whatever the model's chat template knows: usually `system`, `user`, `assistant`, `tool`. */
  role: string;
  /**
   * Text, or text parts (`{ type: "text", text }`); a tool's result may be any JSON value. Null or missing beside `tool_calls`
   * or reasoning.
   */
  content?: string | object | null | undefined;
  /** Calls of tools, as `{ type: "function", function: { name, arguments } }`. Templates expect `arguments` as an object. */
  tool_calls?: readonly object[] | null | undefined;
  /** In a tool's message: which call it answers. */
  tool_call_id?: string | null | undefined;
  name?: string | null | undefined;
  /** What the assistant thought before it answered. `reasoning` and `thinking` mean the same. */
  reasoning_content?: string | null | undefined;
  reasoning?: string | null | undefined;
  thinking?: string | null | undefined;
}

/** Turns in order, whatever is in them. */
export type ChatMessages = readonly ChatMessage[];

/** What a chat template can see beside the messages. */
export interface TemplateContext {
  /** Tools that the model could use: JSON schemas, as `{ type: "function", function: { name, description, parameters } }`. */
  tools?: readonly object[] | null | undefined;
  /** Documents to answer from, as `{ title, text }`. */
  documents?: readonly object[] | null | undefined;
  /** Further variables of the template, e.g. `enable_thinking`. */
  chatTemplateKwargs?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Messages with what else the chat template can see. */
export interface ConversationRequest extends TemplateContext {
  messages: ChatMessages;
  /** The answer to the messages, in steps: for process reward models, which reward every one of them. */
  steps?: readonly string[] | null | undefined;
}

/** What gets one reward. */
export type ConversationInput = ChatMessages | ConversationRequest;

/** Both forms of a conversation as one. */
export function asRequest(conversation: ConversationInput): ConversationRequest {
  return "messages" in conversation ? conversation : { messages: conversation };
}

/** Messages alone where there is nothing beside them. */
export function withContext(messages: ChatMessages, context: TemplateContext): ConversationInput {
  const given = Object.entries(context).filter(([, value]) => value !== undefined && value !== null);
  return given.length === 0 ? messages : { messages, ...(Object.fromEntries(given) as TemplateContext) };
}

/**
 * The conversation of a prompt (text, or messages) and one response to it.
 * @throws ConversationError `CONVERSATION_INVALID` for a prompt that is neither
 */
export function withResponse(prompt: string | ConversationInput, response: string): ConversationInput {
  const { messages, ...context } = promptRequest(prompt);
  return withContext([...messages, { role: "assistant", content: response }], context);
}

/**
 * The conversation of a prompt (text, or messages) and an answer to it that comes in steps.
 * @throws ConversationError `CONVERSATION_INVALID` for a prompt that is neither
 */
export function withSteps(
  prompt: string | ConversationInput,
  steps: readonly string[],
): ConversationRequest & { steps: readonly string[] } {
  return { ...promptRequest(prompt), steps };
}

/** The conversation of a prompt and an answer: a text, or steps. */
export function withAnswer(
  prompt: string | ConversationInput,
  answer: string | readonly string[],
): ConversationInput {
  return typeof answer === "string" ? withResponse(prompt, answer) : withSteps(prompt, answer);
}

/**
 * A prompt as messages: a text is what the user said.
 * @throws ConversationError `CONVERSATION_INVALID` for what is neither text nor messages
 */
export function promptRequest(prompt: string | ConversationInput): ConversationRequest {
  const given: unknown = prompt;
  if (typeof given === "string") return { messages: [{ role: "user", content: given }] };
  const request = typeof given === "object" && given !== null ? asRequest(prompt as ConversationInput) : null;
  if (request === null || !Array.isArray(request.messages)) {
    throw invalidConversation(
      `Expected a text or an array of messages for the prompt but received ${describe(given)}.`,
    );
  }
  return request;
}
