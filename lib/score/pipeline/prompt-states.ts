import type { HiddenRequest } from "../backbone/request.js";
import type { RewardError } from "../../errors.js";
import type { HeadInput, HeadResult } from "../head/head.js";
import type { PreparedPrompt } from "../template/prompt-builder.js";
import type { StepMemory } from "./step-memory.js";

/** What an answer in steps is rewarded by: of each step the reward that is known, or what the head needs for it. */
export interface StepStates {
  steps: readonly StepState[];
}

/** Of one step. */
export interface StepState {
  /** What the reward is remembered by. */
  key: string;
  reward?: number;
  input?: HeadInput;
}

/**
 * What a whole answer is rewarded by: the head's result, since the states of all its tokens would fill memory, or why there is none.
 */
export interface AnswerOutcome {
  /** State at the scored position. */
  scored: Float32Array;
  outcome: HeadResult | RewardError;
}

/** What the backbone found out about one prompt. */
export type PromptStates = HeadInput | StepStates | AnswerOutcome;

/** Which hidden states of a prompt are needed, and what is made of them. */
export interface StateRequest {
  /** Undefined where everything is known. */
  hidden: HiddenRequest | undefined;
  /** @param states one per position of `hidden` */
  collect(states: readonly Float32Array[]): PromptStates;
}

/** @param memory rewards of steps that need not be computed; undefined to compute all */
export function stateRequest(prompt: PreparedPrompt, memory: StepMemory, usesMemory: boolean): StateRequest {
  return prompt.steps === undefined
    ? answerRequest(prompt)
    : stepsRequest(prompt.tokens, prompt.steps, memory, usesMemory);
}

/** The gating position usually lies before the scored one, but a padding token spelled in the prompt turns that round. */
function answerRequest({ tokens, scored, gating }: PreparedPrompt): StateRequest {
  const positions = [...new Set(gating === undefined ? [scored] : [scored, gating])].sort((a, b) => a - b);
  return {
    hidden: { tokens, positions },
    collect(states) {
      const stateAt = (position: number): Float32Array =>
        states[positions.indexOf(position)] ?? new Float32Array();
      return gating === undefined
        ? { scored: stateAt(scored) }
        : { scored: stateAt(scored), gating: stateAt(gating) };
    },
  };
}

function stepsRequest(
  tokens: Int32Array,
  positions: readonly number[],
  memory: StepMemory,
  usesMemory: boolean,
): StateRequest {
  const keys = memory.keysOf(tokens, positions);
  const known = keys.map((key) => (usesMemory ? memory.get(key) : undefined));
  const wanted = positions.filter((_, index) => known[index] === undefined);
  return {
    hidden: wanted.length === 0 ? undefined : { tokens, positions: wanted, isGrowing: true },
    collect(states) {
      let next = 0;
      return {
        steps: keys.map((key, index) => {
          const reward = known[index];
          return reward === undefined
            ? { key, input: { scored: states[next++] ?? new Float32Array() } }
            : { key, reward };
        }),
      };
    },
  };
}
