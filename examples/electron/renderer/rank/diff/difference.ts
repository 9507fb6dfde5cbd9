import { diffLines, diffWordsWithSpace, type ChangeObject } from "diff";

/** A stretch of two texts that both have, or only one of them. */
export interface Segment {
  kind: "same" | "first" | "second";
  text: string;
}

/** Long answers that have nothing in common would take seconds to compare word by word. */
const TIME_LIMIT_MS = 40;

/** How one answer differs from another: by words, by lines where that takes too long, at last as a whole. */
export function differenceOf(first: string, second: string): Segment[] {
  const options = { timeout: TIME_LIMIT_MS };
  const changes: ChangeObject<string>[] | undefined =
    diffWordsWithSpace(first, second, options) ?? diffLines(first, second, options);
  if (changes !== undefined) return changes.map(segmentOf);
  return [
    { kind: "first", text: first },
    { kind: "second", text: second },
  ];
}

function segmentOf({ added, removed, value }: ChangeObject<string>): Segment {
  return { kind: added ? "second" : removed ? "first" : "same", text: value };
}
