import { writtenCandidates, type Draft } from "../../workspace/draft.js";
import type { Ranking } from "./ranking.js";

/** What has changed since a ranking. */
export interface Changes {
  /** Whether the turns before the answers are others, so that no reward holds any more. */
  messages: boolean;
  /** Letters of answers that read otherwise now, or are gone. */
  edited: ReadonlySet<string>;
  /** Letters of answers that were not ranked. */
  added: readonly string[];
}

export function changesSince(ranking: Pick<Ranking, "messages" | "candidates">, draft: Draft): Changes {
  const now = new Map(writtenCandidates(draft).map(({ name, text }) => [name, text]));
  const ranked = new Set(ranking.candidates.map(({ name }) => name));
  return {
    messages: JSON.stringify(ranking.messages) !== JSON.stringify(draft.messages),
    edited: new Set(
      ranking.candidates.filter(({ name, text }) => now.get(name) !== text).map(({ name }) => name),
    ),
    added: [...now.keys()].filter((name) => !ranked.has(name)),
  };
}

/** What to tell the reader of old results; undefined while they hold. */
export function describeChanges({ messages, edited, added }: Changes): string | undefined {
  if (messages) return "The conversation has changed since this ranking.";
  const parts = [
    edited.size === 0 ? undefined : `${listed([...edited])} changed`,
    added.length === 0 ? undefined : `${listed(added)} ${added.length === 1 ? "is" : "are"} new`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `Since this ranking ${parts.join(", and ")}.`;
}

/** `A`, `A and B`, `A, B and C`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
