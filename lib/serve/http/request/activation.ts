import { z } from "zod";
import { HttpError } from "./http-error.js";
import { sigmoid } from "./score-texts.js";

const asked = z.boolean().nullish();

/** How vLLM's requests ask for a probability: the name of today, and two older ones. */
export const activationFields = { use_activation: asked, activation: asked, softmax: asked } as const;

/**
 * What a request wants of a reward: the number itself unless it asks for a probability, which for one number is the sigmoid.
 * @throws HttpError 422 its fields contradict each other
 */
export function activationOf(request: {
  use_activation?: boolean | null | undefined;
  activation?: boolean | null | undefined;
  softmax?: boolean | null | undefined;
}): (reward: number) => number {
  const names = ["use_activation", "activation", "softmax"] as const;
  const given = new Set(
    names.map((name) => request[name] ?? undefined).filter((value) => value !== undefined),
  );
  if (given.size > 1) {
    throw new HttpError(
      422,
      "INVALID_ARGUMENT",
      `${names.join(", ")}: they contradict each other. Send use_activation alone.`,
    );
  }
  return given.has(true) ? sigmoid : (reward) => reward;
}
