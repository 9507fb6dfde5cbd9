import { planSegments } from "./plan-tree.js";
import type { HiddenRequest } from "./request.js";

/**
 * The order in which the requests of a call are computed: those that share a prefix come next to each other, so that the prefix
 * need not be kept for long.
 * @param requests checked by `checkRequests`
 * @returns indices into `requests`
 */
export function depthFirstOrder(requests: readonly HiddenRequest[]): number[] {
  if (requests.length === 1) return [0];
  const order: number[] = [];
  for (const segment of planSegments(requests)) {
    for (const targets of segment.outputs.values()) {
      for (const { request, slot } of targets) {
        const isLastSlot = slot + 1 === requests[request]?.positions.length;
        if (isLastSlot) order.push(request);
      }
    }
  }
  return order;
}
