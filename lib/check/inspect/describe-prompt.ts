import type { PromptSpec } from "../../score/template/prompt-spec.js";
import { RewardError } from "../../errors.js";
import { ChatTemplate } from "../../score/template/chat-template.js";
import type { Aggregate } from "../../score/conversation/aggregate.js";
import type { StepsRule } from "../../score/conversation/steps-rule.js";
import { stepPieces, stepsConversation } from "../../score/template/steps-prompt.js";
import { pairConversations } from "../../score/template/pair-prompt.js";

/** How conversations become input, in words. */
export interface PromptDescription {
  /** BOS tokens in front of the input in the published usage. */
  bosCount: number;
  eosAppended: boolean;
  position: PromptSpec["position"];
  /** In words: which token is scored. */
  scored: string;
  gating: string | null;
  /** Process reward models: how the steps of an answer are joined, and how their rewards become one, in words. */
  steps: string | null;
  date: string | null;
  normalization: string | null;
  /** The template's text for a short example conversation; null when the template refuses it. */
  example: string | null;
}

const POSITIONS: Readonly<Record<PromptSpec["position"], string>> = {
  last: "the last token",
  "last-non-pad": "the last token that is not padding",
  "before-first-pad": "the token before the first padding token, else the last",
};

const EXAMPLE = [
  { role: "user", content: "What is 2 + 2?" },
  { role: "assistant", content: "4." },
];

/** Describes a `prompt` section, by what it does to an example. @throws TemplateError `TEMPLATE_SYNTAX` */
export function describePrompt(spec: PromptSpec): PromptDescription {
  const example = renderExample(spec);
  const bosText = spec.templateVariables["bos_token"];
  const added = spec.addSpecialTokens
    ? spec.prefixTokens.filter((token) => token === spec.bosToken).length
    : 0;
  const suffix = spec.addSpecialTokens ? spec.suffixTokens : [];
  return {
    bosCount: added + (bosText === undefined || example === null ? 0 : leadingCount(example, bosText)),
    eosAppended: spec.appendEosToken !== null || spec.ending !== undefined || suffix.length > 0,
    position: spec.position,
    scored: spec.steps === undefined ? scoredOfAnswer(spec) : scoredOf(spec.steps),
    gating: spec.gatingText,
    steps:
      spec.steps === undefined
        ? null
        : `${joinedBy(spec.steps)}; together: ${TOGETHER[spec.steps.aggregate]}`,
    date: spec.date,
    normalization: spec.normalization,
    example,
  };
}

function scoredOfAnswer({ position, readsAnswer }: PromptSpec): string {
  return readsAnswer === true ? "every token of the answer" : POSITIONS[position];
}

const TOGETHER: Readonly<Record<Aggregate, string>> = {
  min: "the least reward of all steps",
  product: "the product of all steps' rewards",
  mean: "the mean of all steps' rewards",
  last: "the last step's reward",
};

function scoredOf(rule: StepsRule): string {
  return rule.layout === "pieces"
    ? `the last token of ${JSON.stringify(rule.separator)} behind each step`
    : `the last token of each ${JSON.stringify(rule.mark)}`;
}

function joinedBy(rule: StepsRule): string {
  switch (rule.layout) {
    case "tagged":
      return `each followed by ${JSON.stringify(rule.tag)}${rule.between === "" ? "" : `, with ${JSON.stringify(rule.between)} between them`}`;
    case "turns":
      return `each a user's turn, answered with ${JSON.stringify(rule.answer)}`;
    case "pieces":
      return `each followed by ${JSON.stringify(rule.separator)} and tokenized on its own, without chat template`;
  }
}

/** As the template has it; where there is none, the prompt and its steps. */
function renderSteps(spec: PromptSpec, rule: StepsRule, template: ChatTemplate): string {
  const request = { messages: EXAMPLE.slice(0, 1), steps: ["2 + 2 = 4.", "So it is 4."] };
  if (rule.layout === "pieces") {
    const { prompt, steps } = stepPieces(rule, request);
    const bosText = spec.templateVariables["bos_token"] ?? "";
    return bosText + prompt + steps.map((step) => step + rule.separator).join("");
  }
  const { conversation, putTags } = stepsConversation(rule, request, []);
  return putTags(template.render(conversation));
}

function renderExample(spec: PromptSpec): string | null {
  const template = ChatTemplate.parse(spec.template, spec.templateVariables, spec.date);
  const bosText = spec.templateVariables["bos_token"];
  const [messages = EXAMPLE] =
    spec.pair === null ? [] : pairConversations(spec.pair, EXAMPLE.slice(0, 1), "4.", "5.");
  try {
    const text =
      spec.steps === undefined ? template.render(messages) : renderSteps(spec, spec.steps, template);
    return spec.removeBosText && bosText !== undefined ? text.replaceAll(bosText, "") : text;
  } catch (error) {
    if (error instanceof RewardError) return null;
    throw error;
  }
}

function leadingCount(text: string, part: string): number {
  let count = 0;
  while (part !== "" && text.startsWith(part, count * part.length)) count++;
  return count;
}

/** What a spec rests on where nothing published says so. */
export function promptAssumptions(spec: PromptSpec, hasProfile: boolean): string[] {
  const { bosCount } = describePrompt(spec);
  const assumptions: string[] = [];
  if (spec.date !== null && !hasProfile) {
    assumptions.push(
      `The template prints today's date; it is pinned to ${spec.date}, so that a score does not depend on the day.`,
    );
  }
  if (spec.padToken === null && spec.position !== "last") {
    assumptions.push("config.json names no padding token, so the last token is scored.");
  }
  if (!hasProfile && bosCount > 1) {
    assumptions.push(
      `Template and tokenizer both add BOS, so the input begins with ${bosCount}, as in the usage this head was published with. ` +
        "--bos once leaves one.",
    );
  }
  return assumptions;
}
