import type { BackboneType } from "../model/architecture/backbone-type.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import type { Profile } from "../model/profile/profile.js";
import type { Tokenizer } from "../score/template/prompt-options.js";
import { withAnswer } from "../score/conversation/conversation.js";
import { PromptBuilder } from "../score/template/prompt-builder.js";
import type { Check } from "./check.js";

/** Backbone types by the precision that cards warn of. */
const EIGHT_BIT: readonly BackboneType[] = ["q8_0", "q6_k", "q5_k_m", "q4_k_m"];
const FOUR_BIT: readonly BackboneType[] = ["q4_k_m"];

const BOS_COUNTS = { none: 0, once: 1, double: 2 } as const;

/** Things that are not wrong, or cannot be proved wrong, but change scores: BOS, date, padding, precision. */
export async function checkAdvice(
  reward: RewardJson,
  type: BackboneType,
  profile: Profile | undefined,
  tokenizer: Tokenizer,
): Promise<Check> {
  const { prompt } = reward;
  const findings: string[] = [];
  const claimed = profile?.prompt.bos;
  const count = await leadingBos(reward, tokenizer);
  if (claimed !== undefined && count !== undefined && count !== BOS_COUNTS[claimed]) {
    findings.push(
      `inputs begin with ${count} BOS, the profile says ${claimed}: scores will differ from the published ones`,
    );
  }
  if (prompt.date === null && /\bstrftime_now\b|\bdate_string\b/.test(prompt.template)) {
    findings.push("the template shows a date and none is pinned: it uses its own fallback");
  }
  if (prompt.padToken !== null && prompt.suffixTokens.includes(prompt.padToken)) {
    findings.push(
      `padding and EOS are the same token (${prompt.padToken}): an answer's last token may count as padding`,
    );
  }
  const advised = profile?.advisedAgainst ?? [];
  if (advised.includes("8bit") && EIGHT_BIT.includes(type)) {
    findings.push(
      `the model's card advises against 8 bits and less, and this is ${type}: measure it with fidelity`,
    );
  } else if (advised.includes("4bit") && FOUR_BIT.includes(type)) {
    findings.push(`the model's card advises against 4 bits, and this is ${type}: measure it with fidelity`);
  }
  return {
    name: "advice",
    status: findings.length === 0 ? "pass" : "warn",
    summary: findings.length === 0 ? "nothing to warn of" : `${findings.length} things to know`,
    findings,
  };
}

/** BOS tokens a plain conversation begins with; undefined when the template refuses even that. */
async function leadingBos(reward: RewardJson, tokenizer: Tokenizer): Promise<number | undefined> {
  const { bosToken } = reward.prompt;
  const builder = await PromptBuilder.create(reward.prompt, tokenizer, {
    bos: "reference",
    specialTokens: "parse",
    truncate: "error",
    contextLength: reward.backbone.contextLength,
  });
  const answer = reward.prompt.steps === undefined ? "Hello." : ["Hello."];
  const [prepared] = await builder.build([withAnswer("Hello", answer)]);
  if (prepared === undefined || prepared instanceof Error) return undefined;
  const other = prepared.tokens.findIndex((token) => token !== bosToken);
  return other < 0 ? prepared.tokens.length : other;
}
