import { ConversationError } from "../../errors.js";
import {
  withContext,
  type ChatMessages,
  type ConversationInput,
  type ConversationRequest,
} from "../conversation/conversation.js";
import { contentText } from "../conversation/message-content.js";
import type { StepsRule } from "../conversation/steps-rule.js";
import { strip } from "../jinja/text.js";

/** A conversation whose answer is in steps. */
export type StepsRequest = ConversationRequest & { steps: readonly string[] };

type Rule<Layout extends StepsRule["layout"]> = Extract<StepsRule, { layout: Layout }>;

/** First of the characters of private use, which no text should have. */
const PRIVATE_USE = 0xe000;

/** A conversation to render, and what makes the prompt of the rendered text. */
export interface StepsConversation {
  conversation: ConversationInput;
  /** Puts the model's own tag in the place of what stood for it: a special token in the tag is no text of a message. */
  putTags: (text: string) => string;
}

/**
 * The conversation that a template renders for an answer in steps.
 * @param texts all texts that the template sees
 * @throws ConversationError `CONVERSATION_INVALID`
 */
export function stepsConversation(
  rule: Rule<"tagged"> | Rule<"turns">,
  { messages, steps, ...context }: StepsRequest,
  texts: readonly string[],
): StepsConversation {
  if (rule.layout === "turns") {
    const turns = messagesOfTurns(rule, messages, steps);
    return { conversation: withContext(turns, context), putTags: (text) => text };
  }
  const standIn = unusedCharacter([...texts, ...steps, rule.between]);
  const content = steps.map((step) => step + standIn).join(rule.between);
  return {
    conversation: withContext([...messages, { role: "assistant", content }], context),
    putTags: (text) => text.replaceAll(standIn, () => rule.tag),
  };
}

/** Source of the trims and of the space in front of the first step: RLHFlow math-rm/prm_evaluate.py, `select_sample`. */
function messagesOfTurns(
  { joint, answer }: Rule<"turns">,
  messages: ChatMessages,
  steps: readonly string[],
): ChatMessages {
  const question = messages.at(-1);
  const prompt = question?.role === "user" ? contentText(question.content) : undefined;
  if (prompt === undefined || messages.some(({ role }) => role === "assistant")) {
    throw invalid(
      "This model is shown the steps as turns behind one question: give one user message of text, with a system message before it at most.",
    );
  }
  const turns = steps.flatMap((step, index) => [
    { role: "user", content: (index === 0 ? prompt + joint : "") + strip(step) },
    { role: "assistant", content: answer },
  ]);
  return [...messages.slice(0, -1), ...turns];
}

/**
 * The texts that are tokenized one by one: the prompt, then each step and its separator.
 * @throws ConversationError `CONVERSATION_INVALID`: more than one question, or a step with the separator in it
 */
export function stepPieces(
  rule: Rule<"pieces">,
  { messages, steps, ...context }: StepsRequest,
): { prompt: string; steps: readonly string[] } {
  const [question, ...more] = messages;
  const prompt = question?.role === "user" && more.length === 0 ? contentText(question.content) : undefined;
  const beside = Object.entries(context).find(([, value]) => value !== undefined && value !== null);
  if (prompt === undefined || beside !== undefined) {
    throw invalid(
      "This model is shown one question and the steps, without a chat template: give one user message of text" +
        (beside === undefined ? "." : `; it has no place for ${beside[0]}.`),
    );
  }
  const split = rule.isSplit ? steps.findIndex((step) => step.includes(rule.separator)) : -1;
  if (split >= 0) {
    throw invalid(
      `Step ${split} contains ${JSON.stringify(rule.separator)}, at which the published usage of this model begins a new step: ` +
        "give each part as a step of its own.",
    );
  }
  return { prompt: (rule.beforePrompt ?? "") + prompt + rule.afterPrompt, steps };
}

/** @throws ConversationError `CONVERSATION_INVALID` */
export function requireSteps(request: ConversationRequest): StepsRequest {
  const { steps } = request;
  if (steps !== undefined && steps !== null) return { ...request, steps };
  throw invalid(
    "This is a process reward model: it rewards the steps of an answer. Use scoreSteps(prompt, steps), or records with prompt and " +
      "steps; a number for a whole answer would mean something else.",
  );
}

/** @throws ConversationError `CONVERSATION_INVALID` */
export function refuseSteps({ steps }: ConversationRequest): void {
  if (steps === undefined || steps === null) return;
  throw invalid(
    "This model rewards whole answers, not their steps. Use score, or records with prompt and response; steps are for process " +
      "reward models.",
  );
}

function unusedCharacter(texts: readonly string[]): string {
  let code = PRIVATE_USE;
  while (texts.some((text) => text.includes(String.fromCharCode(code)))) code++;
  return String.fromCharCode(code);
}

function invalid(message: string): ConversationError {
  return new ConversationError("CONVERSATION_INVALID", message);
}
