import type { BatchPlan } from "../../../lib/score/backbone/batch-plan.js";
import type { PlanLimits } from "../../../lib/score/backbone/plan-step.js";
import type { HiddenRequest } from "../../../lib/score/backbone/request.js";
import { fingerprint, SIMULATED_HIDDEN_SIZE, type SimulatedContext } from "./simulated-context.js";

/** Limits of a small context, with what a test wants otherwise. */
export const limits = (overrides: Partial<PlanLimits> = {}): PlanLimits => ({
  batchSize: 16,
  maxOutputs: 8,
  contextLength: 256,
  maxSequences: 256,
  maxHeld: 64,
  fewestTokens: 0,
  keptLife: 1000,
  ...overrides,
});

/** Replays a plan on a simulated context. */
export async function replay(
  plan: BatchPlan,
  context: SimulatedContext,
  requests: readonly HiddenRequest[],
): Promise<number[][][]> {
  const results = requests.map((): number[][] => []);
  for (const step of plan.steps()) {
    for (const operation of step.operations) {
      if (operation.kind === "copy") context.copySequence(operation.from, operation.to, 0, operation.end);
      else context.removeSequence(operation.sequence, 0, -1);
    }
    if (step.decode === undefined) continue;
    const hidden = await context.decode(step.decode.batch);
    step.decode.targets.forEach((targets, row) => {
      const state = [...hidden.subarray(row * SIMULATED_HIDDEN_SIZE, (row + 1) * SIMULATED_HIDDEN_SIZE)];
      for (const { request, slot } of targets) (results[request] ?? [])[slot] = state;
    });
  }
  return results;
}

/** The hidden states that the simulated context must give. */
export function expectedStates(requests: readonly HiddenRequest[]): number[][][] {
  return requests.map(({ tokens, positions }) =>
    positions.map((position) => fingerprint([...tokens.subarray(0, position + 1)])),
  );
}
