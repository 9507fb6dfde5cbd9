import { distance } from "fastest-levenshtein";

/** Letters of a word that may be wrong before it is another word. */
const LARGEST_SHARE = 0.5;

/** The name that a misspelt or cut word was probably meant to be; undefined where none is near. */
export function closest(word: string, names: readonly string[]): string | undefined {
  if (word === "") return undefined;
  const found = names
    .map((name) => ({ name, wrong: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(
      ({ name, wrong }) =>
        name.startsWith(word) || wrong <= LARGEST_SHARE * Math.max(word.length, name.length),
    )
    .sort((a, b) => a.wrong - b.wrong);
  return found[0]?.name;
}
