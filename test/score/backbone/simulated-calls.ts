import { BackboneContext } from "../../../lib/score/backbone/context.js";
import type { HiddenRequest } from "../../../lib/score/backbone/request.js";
import { nextTurn } from "../../../lib/util/event-loop.js";
import { fingerprint, SIMULATED_HIDDEN_SIZE, type SimulatedContext } from "./simulated-context.js";

/** Makes sequences stay in the cache for 1,000 tokens. */
export const TOKEN_COST = 20_000;
/** Some calls of the random ones are shorter, some longer. */
export const FEWEST_TOKENS = 6;

export const open = (native: SimulatedContext): BackboneContext =>
  new BackboneContext(native, SIMULATED_HIDDEN_SIZE, TOKEN_COST, 0);

export function expectedStates(requests: readonly HiddenRequest[]): Float32Array[][] {
  return requests.map(({ tokens, positions }) =>
    positions.map((position) => Float32Array.from(fingerprint([...tokens.subarray(0, position + 1)]))),
  );
}

/** A list of `length` tokens that shares nothing with one of another `salt`. */
export const list = (length: number, salt = 0): Int32Array =>
  Int32Array.from({ length }, (_, index) => 1000 * salt + index);
export const lastOf = (tokens: Int32Array): HiddenRequest => ({ tokens, positions: [tokens.length - 1] });

/** Lets whatever is ready run, so many times. */
export async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick++) await nextTurn();
}

export const nativeError = (code: string): Error => Object.assign(new Error(code), { code });
