import type { DroppedTensor } from "./checkpoint-plan.js";

/** Tensors of one rule that are named one by one; of more, the first stands for all. */
const NAMED = 5;

/** What was left out, for people: one entry a tensor, or one for many of the same rule. */
export function droppedNotes(dropped: readonly DroppedTensor[]): { what: string; rule: string }[] {
  const byRule = new Map<string, string[]>();
  for (const { name, rule } of dropped) byRule.set(rule, [...(byRule.get(rule) ?? []), name]);
  return [...byRule].flatMap(([rule, names]) =>
    names.length <= NAMED
      ? names.map((what) => ({ what, rule }))
      : [{ what: `${names[0] ?? ""} with ${names.length - 1} others`, rule }],
  );
}
