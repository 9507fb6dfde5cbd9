import { useState } from "preact/hooks";
import { readRuns, withRun } from "../rank/history/history.js";
import type { RankingRun } from "../rank/results/ranking.js";
import type { OpenFile } from "../file/open-file.js";
import type { Draft } from "./draft.js";
import { NEW_HISTORY, redone, replaced, typed, undone, type DraftHistory } from "./draft-history.js";
import { readHistory } from "./read-saved.js";
import { DEFAULT_SETTINGS, readSettings, type Settings } from "./settings.js";
import { useSaved } from "./use-saved.js";

/** Fewer rankings, for a storage that is full. */
const FEW_RUNS = 5;

/** All the user has made on this page. It lives above the models: another one changes nothing of it. */
export interface Workspace {
  drafts: DraftHistory;
  /** The user typed. */
  type: (change: (old: Draft) => Draft) => void;
  /** Something else changes the draft at one blow; it can be undone under this name. */
  replace: (what: string, change: (old: Draft) => Draft) => void;
  undo: () => void;
  redo: () => void;
  settings: Settings;
  setSettings: (settings: Settings) => void;
  /** Rankings, newest first. */
  runs: readonly RankingRun[];
  addRun: (run: RankingRun) => void;
  forgetRuns: () => void;
  /** The ranking in sight. */
  shown: RankingRun | undefined;
  show: (run: RankingRun | undefined) => void;
  file: OpenFile | undefined;
  setFile: (file: OpenFile | undefined) => void;
  /** Whether the texts outlive the page. */
  isDraftKept: boolean;
}

export function useWorkspace(): Workspace {
  const drafts = useSaved("draft", NEW_HISTORY, readHistory, ({ current }) => ({ ...NEW_HISTORY, current }));
  const settings = useSaved("settings", DEFAULT_SETTINGS, readSettings);
  const runs = useSaved<readonly RankingRun[]>(
    "rankings",
    [],
    readRuns,
    (all) => all.slice(0, FEW_RUNS),
    // One list for all windows: none brings back what another forgot.
    true,
  );
  const [shown, show] = useState<RankingRun>();
  const [file, setFile] = useState<OpenFile>();
  return {
    drafts: drafts.value,
    type: (change) => {
      drafts.update((history) => typed(history, change(history.current)));
    },
    replace: (what, change) => {
      drafts.update((history) => replaced(history, change(history.current), what));
    },
    undo: () => {
      drafts.update(undone);
    },
    redo: () => {
      drafts.update(redone);
    },
    settings: settings.value,
    setSettings: (value) => {
      settings.update(() => value);
    },
    runs: runs.value,
    addRun: (run) => {
      runs.update((all) => withRun(all, run));
      show(run);
    },
    forgetRuns: () => {
      runs.update(() => []);
    },
    shown,
    show,
    file,
    setFile,
    isDraftKept: drafts.isKept,
  };
}
