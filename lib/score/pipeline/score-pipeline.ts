import type { Backbone } from "../backbone/backbone.js";
import type { HiddenRequest } from "../backbone/request.js";
import type { ConversationInput } from "../conversation/conversation.js";
import type { RewardError } from "../../errors.js";
import type { Head, HeadInput } from "../head/head.js";
import type { EmitField, Score, ScoreOptions, SettledScore, TextOptions } from "../score.js";
import type { PreparedPrompt, PromptBuilder } from "../template/prompt-builder.js";
import { finishSettled, goodPrompts } from "./finish-settled.js";

/**
 * The three stages every scoring call goes through, for a batch: conversations to tokens, tokens to hidden states, hidden
 * states to rewards. Each is separate so that a stream can overlap them.
 */
export class ScorePipeline {
  readonly #prompts: PromptBuilder;
  readonly #backbone: Backbone;
  readonly #head: Head;

  constructor(prompts: PromptBuilder, backbone: Backbone, head: Head) {
    this.#prompts = prompts;
    this.#backbone = backbone;
    this.#head = head;
  }

  /** Renders and tokenizes. A conversation that cannot be scored gives its error in place. */
  prepare(conversations: readonly ConversationInput[]): Promise<(PreparedPrompt | RewardError)[]> {
    return this.#prompts.build(conversations);
  }

  /** All three stages for texts that are prompts already. */
  async scoreTexts(
    texts: readonly string[],
    { addSpecialTokens, signal }: TextOptions,
  ): Promise<SettledScore[]> {
    signal?.throwIfAborted();
    const prompts = await this.#prompts.buildTexts(texts, addSpecialTokens);
    const inputs = await this.compute(goodPrompts(prompts), { signal });
    return finishSettled(this, prompts, inputs, []);
  }

  /** Runs the backbone: one `HeadInput` per prompt. */
  async compute(
    prompts: readonly PreparedPrompt[],
    options: Pick<ScoreOptions, "signal" | "onProgress"> = {},
  ): Promise<HeadInput[]> {
    const states = await this.#backbone.hiddenStates(prompts.map(hiddenRequest), options);
    return prompts.map((prompt, index) => headInput(prompt, states[index] ?? []));
  }

  /** Applies the head. */
  async finish(
    prompts: readonly PreparedPrompt[],
    inputs: readonly HeadInput[],
    emit: readonly EmitField[] = [],
  ): Promise<Score[]> {
    const results = await this.#head.apply(inputs);
    return prompts.flatMap((prompt, index) => {
      const result = results[index];
      const input = inputs[index];
      if (result === undefined || input === undefined) return [];
      return {
        ...result,
        tokenCount: prompt.tokens.length,
        warnings: prompt.warnings,
        ...(prompt.truncatedTokens > 0 ? { truncatedTokens: prompt.truncatedTokens } : {}),
        ...(emit.includes("prompt") ? { prompt: prompt.text } : {}),
        ...(emit.includes("ids") ? { inputIds: [...prompt.tokens] } : {}),
        ...(emit.includes("hidden") ? { hidden: [...input.scored] } : {}),
      };
    });
  }
}

/** The gating position usually lies before the scored one, but a padding token spelled in the prompt turns that round. */
function hiddenRequest({ tokens, scored, gating }: PreparedPrompt): HiddenRequest {
  const positions = [...new Set(gating === undefined ? [scored] : [scored, gating])].sort((a, b) => a - b);
  return { tokens, positions };
}

function headInput(prompt: PreparedPrompt, states: readonly Float32Array[]): HeadInput {
  const { positions } = hiddenRequest(prompt);
  const stateAt = (position: number): Float32Array =>
    states[positions.indexOf(position)] ?? new Float32Array();
  const scored = stateAt(prompt.scored);
  return prompt.gating === undefined ? { scored } : { scored, gating: stateAt(prompt.gating) };
}
