import { EMPTY_DRAFT, type Draft } from "./draft.js";

/** A draft that another took the place of, and how that came. */
interface Step {
  draft: Draft;
  what: string;
}

/** The draft, those before it, and those that an undo took back. Nothing that was ever typed drops out of it unseen. */
export interface DraftHistory {
  current: Draft;
  undo: readonly Step[];
  redo: readonly Step[];
}

/** Most steps back. */
const MOST_STEPS = 50;

export const NEW_HISTORY: DraftHistory = { current: EMPTY_DRAFT, undo: [], redo: [] };

/** Typing: what is there grows or shrinks by hand, and the text field has an undo of its own. */
export const typed = (history: DraftHistory, current: Draft): DraftHistory => ({ ...history, current });

/**
 * Something else takes the draft's place at one blow, and can be taken back. Drafts that an undo had put aside are not
 * dropped, as most editors do, but become steps back.
 */
export function replaced({ current, undo, redo }: DraftHistory, draft: Draft, what: string): DraftHistory {
  const steps = [...undo, ...[...redo].reverse(), { draft: current, what }];
  return { current: draft, undo: steps.slice(-MOST_STEPS), redo: [] };
}

export function undone(history: DraftHistory): DraftHistory {
  const { current, undo, redo } = history;
  const last = undo.at(-1);
  if (last === undefined) return history;
  return {
    current: last.draft,
    undo: undo.slice(0, -1),
    redo: [...redo, { draft: current, what: last.what }],
  };
}

export function redone(history: DraftHistory): DraftHistory {
  const { current, undo, redo } = history;
  const last = redo.at(-1);
  if (last === undefined) return history;
  return {
    current: last.draft,
    undo: [...undo, { draft: current, what: last.what }],
    redo: redo.slice(0, -1),
  };
}
