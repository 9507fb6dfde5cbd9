import type { Writable } from "node:stream";

/**
 * Control characters (C0, C1), characters that turn or hide the direction of writing (UAX #9), line and paragraph separators,
 * invisible operators, interlinear annotations, halves of surrogate pairs. What emoji and scripts need (joiners, variation
 * selectors) is not among them.
 */
const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- these are what it is about
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text from a dataset, a file or another program as a terminal may show it: what could move the cursor, change colours, rename
 * the window or make lines look otherwise is spelled out, `\u001b`. JSON stays the same JSON. Newlines and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === "\n" || character === "\t" ? character : escaped(character),
  );
}

// eslint-disable-next-line no-control-regex -- what `styled` writes
const STYLE = /(\u001b\[(?:1|2|22|31|32|33|39)m)/;

/** The same for text that `styled` gave weight and colour: these stay. Whatever is not ours in it is `printableLine` before. */
export function printableStyled(text: string): string {
  return text
    .split(STYLE)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join("");
}

/** The same on one line: for a cell of a table, or a name within a sentence. */
export function printableLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A line for people, beside the results. */
export function tell(stderr: Writable, text: string): void {
  stderr.write(`${printable(text)}\n`);
}

/** The same for a line in which some has weight or colour. */
export function tellStyled(stderr: Writable, text: string): void {
  stderr.write(`${printableStyled(text)}\n`);
}
