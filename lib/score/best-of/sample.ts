import { randomInt } from "node:crypto";
import type { ChatMessage } from "../conversation/conversation.js";

/** An answer as a generator made it: its text, or its message with whatever else belongs to it. */
export type Sample = string | { readonly message: ChatMessage };

/** Makes several answers at once. One that could not be made is its error, in its place. */
export type Sampler<Made extends Sample> = (
  request: SampleRequest,
) => Promise<readonly (Made | SampleFailure)[]>;

/** How many answers are wanted, and the number of the first: samples are counted through all rounds. */
export interface SampleRequest {
  count: number;
  first: number;
  signal: AbortSignal;
}

/** An answer that could not be made, or could not be scored. */
export class SampleFailure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** A sample as the assistant's turn. */
export function messageOfSample(sample: Sample): ChatMessage {
  return typeof sample === "string" ? { role: "assistant", content: sample } : sample.message;
}

/** Seeds of generators are 31 bits wide at least; the last samples' seeds stay below that. */
const SEEDS = 2 ** 30;

/** A seed for the first sample of a prompt: each further one has the next. */
export function firstSeed(): number {
  return randomInt(SEEDS);
}
