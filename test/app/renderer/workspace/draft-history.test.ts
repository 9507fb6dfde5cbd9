import { describe, expect, it } from "vitest";
import { EMPTY_DRAFT, type Draft } from "../../../../examples/electron/renderer/workspace/draft.js";
import {
  NEW_HISTORY,
  redone,
  replaced,
  typed,
  undone,
  type DraftHistory,
} from "../../../../examples/electron/renderer/workspace/draft-history.js";
import { readHistory } from "../../../../examples/electron/renderer/workspace/read-saved.js";

const draft = (content: string): Draft => ({ ...EMPTY_DRAFT, messages: [{ role: "user", content }] });
const said = ({ messages }: Draft): string => messages[0]?.content ?? "";
const all = ({ undo, current, redo }: DraftHistory): string[] =>
  [...undo.map((step) => step.draft), current, ...redo.map((step) => step.draft)].map(said).sort();

describe("the draft's history", () => {
  const example = replaced(typed(NEW_HISTORY, draft("typed")), draft("example"), "Example filled in");

  it("brings back what was typed before something took its place, and what was typed since", () => {
    const changed = typed(example, draft("example, changed"));
    const back = undone(changed);
    expect(said(back.current)).toBe("typed");
    expect(said(redone(back).current)).toBe("example, changed");
    expect(redone(back).undo.at(-1)?.what).toBe("Example filled in");
  });

  it("drops nothing when something new takes the place after an undo", () => {
    const next = replaced(typed(undone(example), draft("typed, more")), draft("pasted"), "Pasted");
    expect(all(next)).toEqual(["example", "pasted", "typed, more"]);
    expect(said(undone(next).current)).toBe("typed, more");
    expect(said(undone(undone(next)).current)).toBe("example");
  });

  it("does nothing where there is nothing", () => {
    expect(undone(NEW_HISTORY)).toBe(NEW_HISTORY);
    expect(redone(example)).toBe(example);
  });

  it("is read again as it was kept, and not read where it is something else", () => {
    expect(readHistory(JSON.parse(JSON.stringify(example)))).toEqual(example);
    for (const other of [null, 3, [], {}, { current: { messages: [], candidates: [] } }, { current: "x" }]) {
      expect(readHistory(other)).toBe(undefined);
    }
    const broken = { ...example, undo: [{ draft: 3 }, null] };
    expect(readHistory(broken)).toEqual({ ...example, undo: [] });
  });
});
