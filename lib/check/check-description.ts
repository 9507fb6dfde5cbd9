import { isDeepStrictEqual } from "node:util";
import type { CheckpointPlan } from "../model/checkpoint/checkpoint-plan.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import { makePromptSpec } from "../model/checkpoint/make-prompt-spec.js";
import { checkOf, type Check } from "./check.js";
import { differingSources } from "./differing-sources.js";

/**
 * Whether `reward.json` says what the checkpoint says: the backbone's dimensions, which head and which of its tensors,
 * template, BOS and position rules, all derived from the checkpoint once more.
 */
export async function checkDescription(reward: RewardJson, plan: CheckpointPlan): Promise<Check> {
  const { backbone, head, tokenizer, profile, config } = plan;
  const otherSources = await differingSources(plan.folders, reward);
  const findings = [
    ...otherSources.map((file) => `${file} of the checkpoint is not the one this folder was made from`),
    ...differences("backbone", reward.backbone, {
      architecture: backbone.architecture.name,
      hiddenSize: backbone.config.hiddenSize,
      layerCount: backbone.config.layerCount,
      vocabSize: backbone.vocabSize,
    }),
    ...differences("head", reward.head, { ...head.spec }),
    ...differences("prompt", reward.prompt, {
      ...makePromptSpec({
        tokenizer,
        usage: head.definition.usage,
        profile,
        config,
        template: reward.prompt.template,
      }),
    }),
  ];
  return checkOf("description", findings, {
    pass: "reward.json says what the checkpoint says: dimensions, head, template, BOS and position rules",
    fail: "reward.json differs from the checkpoint",
  });
}

/** Longest value shown. */
const SHOWN = 80;

function differences(
  section: string,
  found: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(expected).flatMap(([key, value]) =>
    isDeepStrictEqual(found[key], value)
      ? []
      : `${section}.${key} is ${show(found[key])}, by the checkpoint it is ${show(value)}`,
  );
}

function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
