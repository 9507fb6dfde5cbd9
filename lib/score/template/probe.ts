import { textParts } from "../conversation/message-content.js";
import { ConversationError, RewardError } from "../../errors.js";
import { joinParts, type TemplateInput } from "./template-input.js";
import { without } from "../../util/collections.js";

/** The part of a template that is tried out. */
interface Renderer {
  renderInput(input: TemplateInput): string;
  knowsRole(role: string): boolean;
}

/** A word that is in no template. */
const WORD = "qvzxkprobe";
/** Roles of chat APIs beside those that every template is taken to know. */
const API_ROLES: ReadonlySet<unknown> = new Set(["tool", "function", "developer"]);

/**
 * Refuses roles that the template does not know: one without a check of its own writes any role into the prompt or leaves its
 * message out, so that a misspelt one would silently change the score. The roles of chat APIs may be written without being named.
 * @throws ConversationError `CONVERSATION_INVALID`
 */
export function checkRoles(template: Renderer, input: TemplateInput): void {
  const index = input.messages.findIndex(({ role }, place) => {
    if (template.knowsRole(role as string)) return false;
    return (
      !API_ROLES.has(role) ||
      tryRender(template, withField(input, place, "role", WORD))?.includes(WORD) !== true
    );
  });
  if (index < 0) return;
  throw new ConversationError(
    "CONVERSATION_INVALID",
    `Message ${index} has the role ${JSON.stringify(input.messages[index]?.["role"])}, which this model's chat template does not name. ` +
      "Use system, user or assistant.",
  );
}

/**
 * Makes one text of content that is a list of text parts where the template does not write the parts itself: it would print
 * the list, or nothing. So does vLLM (`--chat-template-content-format auto`); transformers leaves it to the template.
 */
export function fitParts(template: Renderer, input: TemplateInput): TemplateInput {
  const joined = joinParts(input, () => true);
  const takesParts = new Map<unknown, boolean>();
  const takes = (index: number): boolean => {
    const role = input.messages[index]?.["role"];
    let known = takesParts.get(role);
    if (known === undefined) {
      known = writesPlain(template, withField(joined, index, "content", [{ type: "text", text: WORD }]));
      takesParts.set(role, known);
    }
    return known;
  };
  const hasParts = input.messages.some(({ content }) => textParts(content) !== undefined);
  return hasParts ? joinParts(input, (index) => !takes(index)) : input;
}

/** What of the input the template left out of a text, in words: tools and documents that it does not write. */
export function unwritten(template: Renderer, input: TemplateInput, rendered: string): string[] {
  const { messages, tools, documents } = input;
  const variants: [what: string, isGiven: boolean, rest: TemplateInput][] = [
    ["tools", (tools?.length ?? 0) > 0, { ...input, tools: null }],
    ["documents", (documents?.length ?? 0) > 0, { ...input, documents: null }],
    [
      "tool_calls",
      messages.some((message) => "tool_calls" in message),
      { ...input, messages: messages.map((message) => without(message, "tool_calls")) },
    ],
  ];
  return variants.flatMap(([what, isGiven, rest]) =>
    isGiven && tryRender(template, rest) === rendered ? [what] : [],
  );
}

/** Whether the template writes the word by itself, not only quoted, as within a list that it prints. */
function writesPlain(template: Renderer, input: TemplateInput): boolean {
  const text = tryRender(template, input) ?? "";
  return text.replaceAll(`'${WORD}'`, "").replaceAll(`"${WORD}"`, "").includes(WORD);
}

function tryRender(template: Renderer, input: TemplateInput): string | undefined {
  try {
    return template.renderInput(input);
  } catch (error) {
    if (error instanceof RewardError) return undefined;
    throw error;
  }
}

function withField(input: TemplateInput, place: number, field: string, value: unknown): TemplateInput {
  const messages = input.messages.map((message, index) =>
    index === place ? { ...message, [field]: value } : message,
  );
  return { ...input, messages };
}
