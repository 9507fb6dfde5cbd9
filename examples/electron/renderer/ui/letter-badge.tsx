import type { JSX } from "preact";
import { indexOfLetter } from "../workspace/draft.js";

/** Colours there are; the style sheet says the same. */
const HUES = 8;

/** The class with a candidate's own colour, which it has everywhere. */
export const hueOf = (name: string): string => `hue-${indexOfLetter(name) % HUES}`;

/** A candidate's letter in its colour. */
export function LetterBadge({ name }: { name: string }): JSX.Element {
  return <span class={`letter ${hueOf(name)}`}>{name}</span>;
}
