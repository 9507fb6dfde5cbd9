import { RewardError } from "../../errors.js";
import type { EmitField, Score, SettledScore } from "../score.js";
import type { PreparedPrompt } from "../template/prompt-builder.js";
import type { PromptStates } from "./prompt-states.js";
import { requireValue } from "../../util/collections.js";

/** The stage that applies the head: a score for each prompt, or an error for all of them. */
interface FinishStage {
  finish(
    prompts: readonly PreparedPrompt[],
    states: readonly PromptStates[],
    emit?: readonly EmitField[],
  ): Promise<Score[]>;
}

/**
 * Applies the head. When it refuses, each candidate is tried alone, so that only the bad ones fail: they give their error in
 * place, as do prompts that are errors already.
 * @param states of the prompts that are no errors
 */
export async function finishSettled(
  pipeline: FinishStage,
  prompts: readonly (PreparedPrompt | RewardError)[],
  states: readonly PromptStates[],
  emit: readonly EmitField[] | undefined,
): Promise<SettledScore[]> {
  const good = goodPrompts(prompts);
  let settled: SettledScore[];
  try {
    settled = (await pipeline.finish(good, states, emit)).map((score) => ({ score }));
  } catch (error) {
    if (!(error instanceof RewardError)) throw error;
    settled = await Promise.all(
      good.map((prompt, index) => finishOne(pipeline, prompt, states[index], emit)),
    );
  }
  let next = 0;
  return prompts.map((prompt) =>
    prompt instanceof RewardError ? { error: prompt } : requireValue(settled, next++),
  );
}

/** Those that are no errors. */
export function goodPrompts(prompts: readonly (PreparedPrompt | RewardError)[]): PreparedPrompt[] {
  return prompts.flatMap((prompt) => (prompt instanceof RewardError ? [] : prompt));
}

async function finishOne(
  pipeline: FinishStage,
  prompt: PreparedPrompt,
  state: PromptStates | undefined,
  emit: readonly EmitField[] | undefined,
): Promise<SettledScore> {
  try {
    const scores = await pipeline.finish([prompt], state ? [state] : [], emit);
    return { score: requireValue(scores, 0) };
  } catch (error) {
    if (error instanceof RewardError) return { error: error as RewardError };
    throw error;
  }
}
