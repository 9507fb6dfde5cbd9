import type { Message } from "llama-reward/electron/renderer";

/** An answer, with the letter that it keeps whatever becomes of the others. */
export interface Candidate {
  name: string;
  text: string;
}

/** What the user has written: turns, and the answers to rank for them. */
export interface Draft {
  messages: readonly Message[];
  candidates: readonly Candidate[];
}

const FEWEST_CANDIDATES = 2;

export const EMPTY_DRAFT: Draft = {
  messages: [{ role: "user", content: "" }],
  candidates: named(["", ""]),
};

/** Candidates of texts: A, B, … */
export function named(texts: readonly string[]): Candidate[] {
  return texts.reduce<Candidate[]>((all, text) => [...all, { name: freeName(all), text }], []);
}

/** One more answer; its letter is the first that is free. */
export function withCandidate(draft: Draft, text = ""): Draft {
  const added = { name: freeName(draft.candidates), text };
  const candidates = [...draft.candidates, added].sort(
    (a, b) => indexOfLetter(a.name) - indexOfLetter(b.name),
  );
  return { ...draft, candidates };
}

/** Answers in place of the empty ones, and behind the others. */
export function withAnswers(draft: Draft, texts: readonly string[]): Draft {
  const waiting = [...texts];
  const filled = draft.candidates.map((old) =>
    old.text === "" && waiting.length > 0 ? { ...old, text: waiting.shift() ?? "" } : old,
  );
  return waiting.reduce(withCandidate, { ...draft, candidates: filled });
}

export function withText(draft: Draft, name: string, text: string): Draft {
  return {
    ...draft,
    candidates: draft.candidates.map((old) => (old.name === name ? { ...old, text } : old)),
  };
}

/** Without one answer; the others keep their letters. Two fields always stay. */
export function withoutCandidate(draft: Draft, name: string): Draft {
  if (draft.candidates.length <= FEWEST_CANDIDATES) return draft;
  return { ...draft, candidates: draft.candidates.filter((candidate) => candidate.name !== name) };
}

/** The answers that say something. */
export const writtenCandidates = ({ candidates }: Draft): Candidate[] =>
  candidates.filter(({ text }) => text.trim() !== "");

export const isEmpty = ({ messages, candidates }: Draft): boolean =>
  messages.every(({ content }) => content === "") && candidates.every(({ text }) => text === "");

/** `A`, `B`, … `Z`, `AA`: names that people can say. */
export function letter(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}

/** The place of a letter: 0 for `A`, 26 for `AA`. */
export function indexOfLetter(name: string): number {
  let index = 0;
  for (const character of name) index = index * 26 + character.charCodeAt(0) - 64;
  return index - 1;
}

function freeName(candidates: readonly Candidate[]): string {
  const taken = new Set(candidates.map(({ name }) => name));
  for (let index = 0; ; index++) if (!taken.has(letter(index))) return letter(index);
}
