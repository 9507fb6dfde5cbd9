import type { ModelDescription } from "llama-reward/electron/renderer";
import { writtenCandidates, type Draft } from "../workspace/draft.js";

/** Why a draft cannot be ranked yet; undefined when it can. */
export function whyNot(
  draft: Draft,
  models: readonly Pick<ModelDescription, "name" | "task">[],
): string | undefined {
  const count = writtenCandidates(draft).length;
  if (draft.messages.every(({ content }) => content.trim() === "")) return "Write what was asked.";
  if (count < 2) return "Give at least two candidates.";
  const comparing = models.find(({ task }) => task === "compare");
  if (comparing !== undefined && count !== 2) return `${comparing.name} compares two candidates.`;
  return undefined;
}
