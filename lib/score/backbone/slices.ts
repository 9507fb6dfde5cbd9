import { planSegments } from "./plan-tree.js";
import type { HiddenRequest } from "./request.js";
import { appendAll } from "../../util/collections.js";

/**
 * Cuts a call into slices that are computed one after the other, so that another caller's work gets its turn between them.
 * Requests that share a prefix come next to each other; the prefix cache carries it from one slice to the next.
 * @param requests checked by `checkRequests`
 * @param sliceTokens about how many new tokens a slice computes; a single longer request is a slice of its own
 * @param fewestTokens what is left at the end goes with the slice before when it has fewer
 * @returns indices into `requests`
 */
export function sliceRequests(
  requests: readonly HiddenRequest[],
  sliceTokens: number,
  fewestTokens: number,
): number[][] {
  const slices: number[][] = [];
  let slice: number[] = [];
  let tokens = 0;
  for (const segment of planSegments(requests)) {
    tokens += segment.end - segment.start;
    for (const targets of segment.outputs.values()) {
      for (const { request, slot } of targets) {
        const isLastSlot = slot + 1 === requests[request]?.positions.length;
        if (isLastSlot) slice.push(request);
      }
    }
    if (tokens < sliceTokens || slice.length === 0) continue;
    slices.push(slice);
    slice = [];
    tokens = 0;
  }
  const last = slices.at(-1);
  if (last !== undefined && tokens < fewestTokens) appendAll(last, slice);
  else if (slice.length > 0) slices.push(slice);
  return slices;
}
